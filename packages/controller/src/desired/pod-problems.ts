import { injectionLabel } from '@podlag/core';
import type { OutcomeProblem } from './outcome';
import type { WorldPod } from './world';

/** Why a selected pod's agent cannot be asked for anything; undefined when it can. */
export function findProblem(pod: WorldPod): OutcomeProblem | undefined {
  // First: an agent is not seen before its pod has an address.
  if (pod.addresses.length === 0) return noAddress(pod);
  return pod.agent === undefined ? noAgent(pod) : undefined;
}

export function onHostNetwork({ key }: WorldPod): OutcomeProblem {
  return {
    code: 'host-network',
    detail: `pod ${key} is on its node's network, which it shares with all that runs there`,
    hint: 'Leave it out by its labels; as a target name its address by cidr, with ports.',
    pod: key,
  };
}

function noAgent({ key, namespace, name }: WorldPod): OutcomeProblem {
  return {
    code: 'no-agent',
    detail: `pod ${key} has no podlag sidecar`,
    hint:
      `Label the namespace and make the pod anew: kubectl label namespace ${namespace} ` +
      `${injectionLabel.name}=${injectionLabel.value} && kubectl delete pod -n ${namespace} ${name}`,
    pod: key,
  };
}

function noAddress({ key }: WorldPod): OutcomeProblem {
  return {
    code: 'no-address',
    detail: `pod ${key} has no address yet`,
    hint: 'Nothing to do while it starts: it is followed as soon as it has one. If it stays so, see kubectl describe pod.',
    pod: key,
  };
}
