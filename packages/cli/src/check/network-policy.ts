import type { LabelSelector } from '@podlag/api';
import type { KubeObject, Resource } from '@podlag/kube';

/** Of `networking.k8s.io/v1`, as far as it may keep an agent's port shut. */
export interface NetworkPolicy extends KubeObject {
  readonly spec?: {
    /** Of its own namespace; `{}` is all. */
    readonly podSelector?: LabelSelector;
    /** Absent: Ingress, and Egress where it has such rules. */
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly unknown[];
  };
}

export const networkPolicies: Resource<NetworkPolicy> = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  namespaced: true,
};
