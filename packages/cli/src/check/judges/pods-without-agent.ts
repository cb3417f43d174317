import { agentPortOf } from '@podlag/client';
import { annotations, defaultAgentPort, injectionLabel, mirrorPodAnnotation } from '@podlag/core';
import type { Pod } from '@podlag/kube';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { counted, named, nameOf } from '../named';
import { newPodsCommand } from '../new-pods';
import { valueOf } from '../reading';
import { failed, nothingToSay, ok, verdictOn, warning, type Verdict } from '../verdict';

/** Whether the pods of a labelled namespace have their agents. Those that were made before the label have none. */
export const podsWithoutAgent: Check<
  Pick<Evidence, 'pods' | 'replicaSets' | 'namespace' | 'namespaceObject'>
> = {
  name: 'pods-without-agent',
  group: 'pods and agents',
  judge: ({ pods, replicaSets, namespace, namespaceObject }) =>
    verdictOn(pods, (all) => {
      const isLabelled =
        valueOf(namespaceObject)?.metadata.labels?.[injectionLabel.name] === injectionLabel.value;
      const wanted = all.filter(wantsAgent);
      const without = wanted.filter((pod) => agentPortOf(pod) === undefined);
      const withAgent = wanted.length - without.length;
      if (!isLabelled && withAgent === 0) return nothingToSay;
      const clashing = without.filter(usesAgentPort);
      const others = without.filter((pod) => !usesAgentPort(pod));
      const good = without.length === 0 ? ok(wordsFor(namespace, withAgent)) : nothingToSay;
      return [...good, ...clash(namespace, clashing), ...missing(others, valueOf(replicaSets) ?? [])];
    }),
};

function wordsFor(namespace: string, count: number): string {
  return count === 0 ? `${namespace} has no pods yet` : `each of ${counted(count, 'pod')} has its agent`;
}

function missing(
  without: readonly Pod[],
  replicaSets: Parameters<typeof newPodsCommand>[1],
): readonly Verdict[] {
  if (without.length === 0) return nothingToSay;
  return failed(
    `${counted(without.length, 'pod')} without an agent, made before the namespace was labelled or while no injector answered: ${named(without.map(nameOf))}`,
    newPodsCommand(without, replicaSets),
  );
}

function clash(namespace: string, clashing: readonly Pod[]): readonly Verdict[] {
  if (clashing.length === 0) return nothingToSay;
  return warning(
    `${counted(clashing.length, 'pod')} without an agent, since a container has port ${defaultAgentPort} for itself: ${named(clashing.map(nameOf))}`,
    `Give the container another port; or say that no agent is wanted, in its pod template: ${annotations.inject}: "false" (namespace ${namespace})`,
  );
}

/** Pods that the injector leaves alone with good reason are not missed. */
function wantsAgent({ metadata, spec }: Pod): boolean {
  const said = metadata.annotations ?? {};
  if (spec?.hostNetwork === true) return false;
  return said[annotations.inject] !== 'false' && said[mirrorPodAnnotation] === undefined;
}

function usesAgentPort({ spec }: Pod): boolean {
  const ports = spec?.containers.flatMap((container) => container.ports ?? []) ?? [];
  return ports.some(
    ({ containerPort, protocol = 'TCP' }) => containerPort === defaultAgentPort && protocol === 'TCP',
  );
}
