import type { KubeObject, Resource } from '../resource';

/** Of `apiextensions.k8s.io/v1`, as podlag reads it. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec?: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly [field: string]: unknown;
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly [field: string]: unknown;
    }[];
    readonly [field: string]: unknown;
  };
  readonly status?: {
    /** `Established` is true when its objects can be made. */
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

export const customResourceDefinitions: Resource<CustomResourceDefinition> = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  hasStatus: true,
};
