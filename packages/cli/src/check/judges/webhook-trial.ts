import { agentPortOf } from '@podlag/client';
import { annotations, injectionLabel } from '@podlag/core';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { restrictiveLevel } from '../pod-security-level';
import { valueOf } from '../reading';
import { failed, nothingToSay, ok, verdictOn } from '../verdict';

/** What becomes of a pod: the truth, whatever the objects say. */
export const webhookTrial: Check<
  Pick<Evidence, 'trial' | 'namespace' | 'namespaceObject' | 'injector' | 'ownNamespace'>
> = {
  name: 'webhook-trial',
  group: 'webhook',
  judge: (evidence) => {
    const { trial, namespace, ownNamespace } = evidence;
    // Then no sidecar is as it should be, and the namespace's own checks say why.
    if (!isLabelled(evidence) || restrictiveLevel(evidence) !== undefined) return nothingToSay;
    const logs = `kubectl -n ${ownNamespace} logs deployment/podlag-injector --since=5m`;
    if (trial.kind === 'unread' && trial.error.code !== 'kube-forbidden') {
      return failed(
        `a pod of ${namespace} would be refused: ${trial.error.detail}`,
        `What failed above is the reason; else see ${logs}`,
      );
    }
    return verdictOn(trial, (pod) => {
      if (agentPortOf(pod) !== undefined || pod.metadata.annotations?.[annotations.status] !== undefined) {
        return ok(`a pod of ${namespace} would get its sidecar`);
      }
      return failed(
        `a pod of ${namespace} would get no sidecar: the API server does not reach the injector, does not trust it, or is told nothing of it`,
        `What failed above or below is the reason; else see ${logs}`,
      );
    });
  },
};

function isLabelled({ namespaceObject }: Pick<Evidence, 'namespaceObject'>): boolean {
  return valueOf(namespaceObject)?.metadata.labels?.[injectionLabel.name] === injectionLabel.value;
}
