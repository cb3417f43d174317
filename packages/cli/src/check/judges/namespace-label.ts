import { didYouMean, injectionLabel, nearest, quote } from '@podlag/core';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { failed, ok, verdictOn, type Verdict } from '../verdict';

const { name: label, value: enabled } = injectionLabel;

/** Whether the namespace asks for sidecars. */
export const namespaceLabel: Check<Pick<Evidence, 'namespace' | 'namespaceObject'>> = {
  name: 'namespace-label',
  group: 'namespace',
  judge: ({ namespace, namespaceObject }) =>
    verdictOn(namespaceObject, (found) => {
      if (found === undefined) {
        return failed(`there is no namespace ${namespace}`, `kubectl create namespace ${namespace}`);
      }
      return judgeLabels(namespace, found.metadata.labels ?? {});
    }),
};

function judgeLabels(namespace: string, labels: Readonly<Record<string, string>>): readonly Verdict[] {
  const value = labels[label];
  if (value === enabled) return ok(`${namespace} has ${label}=${enabled}`);
  const fix = `kubectl label --overwrite ns ${namespace} ${label}=${enabled}`;
  if (value !== undefined) {
    const guess = didYouMean(value.toLowerCase(), [enabled]) || ` Only ${enabled} counts.`;
    return failed(`${namespace} has ${label}=${quote(value)}: its pods get no sidecar.${guess}`, fix);
  }
  const near = nearest(label, Object.keys(labels));
  const nearby = near === undefined ? '' : ` It has ${near}: did you mean ${label}?`;
  return failed(`${namespace} is not labelled: its pods get no sidecar.${nearby}`, fix);
}
