import { agentPortOf } from '@podlag/client';
import type { Pod } from '@podlag/kube';
import type { WorldPod } from '../desired/world';

/** A pod with what a request to its agent has to know. */
export interface SeenPod extends WorldPod {
  /** Changes when the agent may have lost what it had, or can be reached again. */
  readonly mark: string;
}

/** A pod as the API has it, by what decides who shapes what. */
export function seenPod(pod: Pod): SeenPod {
  const { name, namespace = '', uid = '', labels = {} } = pod.metadata;
  const addresses = addressesOf(pod);
  const agent = agentOf(pod, addresses[0]);
  return {
    key: `${namespace}/${name}`,
    ...{ namespace, name, uid, labels, addresses },
    node: pod.spec?.nodeName ?? '',
    ...(agent === undefined ? {} : { agent }),
    ready: isReady(pod),
    gone: hasEnded(pod),
    ...(pod.spec?.hostNetwork === true ? { hostNetwork: true } : {}),
    mark: markOf(pod),
  };
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function agentOf(pod: Pod, address: string | undefined): WorldPod['agent'] {
  const port = agentPortOf(pod);
  if (port === undefined || address === undefined) return undefined;
  const mostTargets = mostTargetsOf(pod);
  return { address, port, ...(mostTargets === undefined ? {} : { mostTargets }) };
}

/** The agent's own setting, where it has one and the pod says it in so many words. */
function mostTargetsOf({ spec }: Pod): number | undefined {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const variables = containers.flatMap(({ env = [] }) => env);
  const value = variables.find(({ name }) => name === 'PODLAG_MOST_TARGETS')?.value;
  return value === undefined || !/^[0-9]+$/.test(value) ? undefined : Number(value);
}

function addressesOf({ status }: Pod): readonly string[] {
  const all = status?.podIPs?.map(({ ip }) => ip) ?? [];
  if (all.length > 0) return all;
  return status?.podIP === undefined || status.podIP === '' ? [] : [status.podIP];
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
}

/** The pod's readiness goes with its agent's, and a restarted container has another ID. */
function markOf(pod: Pod): string {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const containers = [...initContainerStatuses, ...containerStatuses];
  const ids = containers.map(({ name, restartCount, containerID = '', ready }) =>
    [name, restartCount, containerID, ready].join('='),
  );
  return [pod.status?.phase ?? '', isReady(pod), ...ids].join(' ');
}
