/** A named expression of an admission policy; another one may call it `variables.NAME`. */
export interface PolicyVariable {
  readonly name: string;
  readonly expression: string;
}
