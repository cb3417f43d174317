import type { ApiContainer, ApiPod } from './pod-object';

/** A container as the API server gives it. */
export function containerWith(fields: Partial<ApiContainer> = {}): ApiContainer {
  return { name: 'main', image: 'node', ...fields };
}

/** A pod as the API server gives it. */
export function podWith(spec: Partial<ApiPod['spec']> = {}, status: ApiPod['status'] = {}): ApiPod {
  return {
    metadata: { name: 'web-0', namespace: 'shop', uid: 'uid-1' },
    spec: { restartPolicy: 'Always', containers: [containerWith()], nodeName: 'podlag-node-1', ...spec },
    status,
  };
}
