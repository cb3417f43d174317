import type { KubeObject, Resource } from '../resource';

/** The label of a node that names its region. */
export const nodeRegionLabel = 'topology.kubernetes.io/region';

/** Of core `v1`, as podlag reads it. */
export interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: {
      /** As `uname -r` says it. */
      readonly kernelVersion?: string;
      readonly osImage?: string;
      readonly kubeletVersion?: string;
      readonly containerRuntimeVersion?: string;
      readonly architecture?: string;
    };
  };
}

/** A watch gives the labels alone: a node's status is large, changes all the time, and has nothing to do with its region. */
export const nodes: Resource<Node> = {
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  labelsOnly: true,
  hasStatus: true,
};
