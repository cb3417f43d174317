import { annotations, defaultAgentPort } from '@podlag/core';
import type { Pod, PodContainer } from '@podlag/kube';

/** The container that the injector's own template adds, and its port. Another template may call the container otherwise. */
const containerName = 'podlag-agent';
const portName = 'podlag';

/**
 * The port of the pod's agent: the one that is called `podlag`, or else 2332 where the injector or the container's name says
 * that there is an agent. Undefined where there is none.
 */
export function agentPortOf({ metadata, spec }: Pod): number | undefined {
  // On the network of its node an agent would shape the node: there the injector never adds one.
  if (spec === undefined || spec.hostNetwork === true) return undefined;
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const named = containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === portName);
  if (named !== undefined) return named.containerPort;
  const isInjected = metadata.annotations?.[annotations.status] !== undefined;
  return isInjected || containers.some(isAgent) ? defaultAgentPort : undefined;
}

function isAgent({ name }: PodContainer): boolean {
  return name === containerName;
}
