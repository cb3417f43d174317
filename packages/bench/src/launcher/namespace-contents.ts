import {
  configMaps,
  jobs,
  secrets,
  services,
  type KubeApi,
  type KubeObject,
  type Resource,
} from '@podlag/kube';
import { runLabel } from './objects/run-labels';
import { runPods } from './objects/run-pod';

const namespaced = (apiVersion: string, kind: string, plural: string): Resource<KubeObject> => ({
  ...{ apiVersion, kind, plural, namespaced: true },
});

/** What runs have in a namespace, and what somebody may have put there for them. */
const kinds: readonly Resource<KubeObject>[] = [
  ...[jobs, runPods, services, configMaps, secrets],
  namespaced('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  namespaced('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
];

/**
 * Whether anything is in the namespace that does not go with the run.
 *
 * @throws PodlagError `kube-forbidden` to whom it is not told
 */
export async function hasOthers(api: KubeApi, namespace: string, run: string): Promise<boolean> {
  const lists = await Promise.all(kinds.map((kind) => api.list(kind, { namespace })));
  // What the cluster itself puts into each namespace.
  return lists
    .flat()
    .some(({ metadata }) => metadata.labels?.[runLabel] !== run && metadata.name !== 'kube-root-ca.crt');
}
