import type { KubeApi } from './kube-api';

/** The same API, of which some calls are answered otherwise. */
export function kubeApiWith(api: KubeApi, otherwise: Partial<KubeApi>): KubeApi {
  return {
    serverVersion: () => api.serverVersion(),
    get: (resource, ref) => api.get(resource, ref),
    list: (resource, scope) => api.list(resource, scope),
    create: (resource, object) => api.create(resource, object),
    replace: (resource, object) => api.replace(resource, object),
    patch: (resource, ref, operations, options) => api.patch(resource, ref, operations, options),
    apply: (resource, object, options) => api.apply(resource, object, options),
    delete: (resource, ref, options) => api.delete(resource, ref, options),
    podProxy: (pod, request) => api.podProxy(pod, request),
    isAllowed: (call, serviceAccount) => api.isAllowed(call, serviceAccount),
    watch: (resource, scope, observer) => api.watch(resource, scope, observer),
    ...otherwise,
  };
}
