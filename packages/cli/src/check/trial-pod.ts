import type { KubeApi, Pod } from '@podlag/kube';
import { pods } from '@podlag/kube';

/** Whose name the trial is made in. */
const fieldManager = 'podlag-check';

/**
 * What would become of a pod of the namespace: the API server asks its webhooks as it would for any other, and makes none.
 * It satisfies the Pod Security level restricted and quotas that want limits, so that only the sidecar can be refused.
 */
export function tryPod(api: KubeApi, namespace: string): Promise<Pod> {
  const quantities = { cpu: '1m', memory: '1Mi' };
  const container = {
    ...{ name: 'trial', image: 'podlag-check' },
    resources: { requests: quantities, limits: quantities },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  const pod = {
    metadata: { namespace, name: 'podlag-check' },
    spec: { containers: [container], securityContext },
  };
  return api.apply(pods, pod, { fieldManager, dryRun: true });
}
