export type ObjectKind = 'networkfault' | 'latencymatrix' | 'scenario';

/** What the controller calls an object of its own: `networkfault/namespace/name`. */
export function objectKey(
  kind: ObjectKind,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string {
  return `${kind}/${namespace}/${name}`;
}
