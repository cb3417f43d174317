import { AgentClient, agentPortOf, TokenSource } from '@podlag/client';
import { quote } from '@podlag/core';
import { pods, type Pod } from '@podlag/kube';
import { cliErrors } from '../frame/cli-errors';
import type { AgentPlace, Cluster, CommandContext } from '../frame/command-context';
import { printAgentAddress } from './agent-address';
import type { AgentFlags } from './agent-flags';
import { isGone } from './gone-pod';
import { readKeyRing, withTokenWhenAsked } from './token-answer';

/** An agent that can be called. */
export interface ReachedAgent {
  /** What the user calls it: the pod, or its address. */
  readonly name: string;
  /** Of the pod; undefined with --agent. */
  readonly namespace: string | undefined;
  /** Undefined with --agent. */
  readonly pod: Pod | undefined;
  readonly client: AgentClient;
  readonly close: () => void;
}

/**
 * The agents that the flags name: those of --agent; or else of the pods by name, by labels, or all of the namespace.
 *
 * @throws PodlagError `no-such-pod`, `no-agent` for a pod that is named; `no-agents` where there are none at all
 */
export async function reachAgents(
  context: CommandContext,
  flags: AgentFlags,
  names: readonly string[] = [],
): Promise<readonly ReachedAgent[]> {
  if (flags.agent !== undefined) return straight(context, flags, names);
  if (names.length > 0 && (flags.allNamespaces === true || flags.selector !== undefined)) {
    throw cliErrors.error('usage', 'pods are named by name, or by -l and -A, not by both', {
      hint: 'Leave out one or the other.',
    });
  }
  const cluster = await context.connect(flags);
  const found = await podsOf(cluster, flags, names);
  return reachedPods(context, cluster, found, flags.token);
}

/** The agents of pods that have been read already; a pod without one is left out. */
export function reachedPods(
  context: CommandContext,
  { api }: Cluster,
  found: readonly Pod[],
  token?: string,
): readonly ReachedAgent[] {
  const tokens = new TokenSource(() => readKeyRing(api), context.clock);
  return found.flatMap((pod) => {
    const port = agentPortOf(pod);
    if (port === undefined) return [];
    const { name, namespace = 'default' } = pod.metadata;
    const takeToken = (): Promise<string | undefined> =>
      token === undefined ? tokens.tokenFor({ namespace, pods: [name] }) : Promise.resolve(token);
    const place: AgentPlace = { kind: 'pod', api, namespace, name, port };
    return [{ name, namespace, pod, ...clientAt(context, place, takeToken) }];
  });
}

function straight(
  context: CommandContext,
  { agent: addresses = [], token, selector, allNamespaces }: AgentFlags,
  names: readonly string[],
): readonly ReachedAgent[] {
  if (names.length > 0 || selector !== undefined || allNamespaces === true) {
    throw cliErrors.error('usage', '--agent names the agents: pods, -l and -A do not go with it', {
      hint: 'Leave out one or the other.',
    });
  }
  return addresses.map((address) => ({
    name: printAgentAddress(address),
    namespace: undefined,
    pod: undefined,
    ...clientAt(context, address, () => Promise.resolve(token)),
  }));
}

function clientAt(
  { transportFor }: CommandContext,
  place: AgentPlace,
  takeToken: () => Promise<string | undefined>,
): Pick<ReachedAgent, 'client' | 'close'> {
  const transport = transportFor(place);
  return {
    client: new AgentClient(withTokenWhenAsked(transport, takeToken)),
    close: () => transport.close?.(),
  };
}

/** Pods with an agent, in the order of their names; of those that are named, each must have one. */
async function podsOf(
  { api, namespace: own }: Cluster,
  { namespace = own, allNamespaces, selector }: AgentFlags,
  names: readonly string[],
): Promise<readonly Pod[]> {
  const scope = {
    ...(allNamespaces === true ? {} : { namespace }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
  };
  const all = await api.list(pods, scope);
  const where = allNamespaces === true ? 'any namespace' : namespace;
  if (names.length > 0) return names.map((name) => namedPod(all, name, where));
  const found = all.filter((pod) => agentPortOf(pod) !== undefined && !isGone(pod));
  if (found.length === 0) {
    const labelled = selector === undefined ? '' : ` with labels ${selector}`;
    throw cliErrors.error('no-agents', `no pod of ${where}${labelled} has an agent`);
  }
  return found.toSorted(byName);
}

function namedPod(all: readonly Pod[], given: string, where: string): Pod {
  const name = given.replace(/^pods?\//, '');
  const pod = all.find(({ metadata }) => metadata.name === name);
  if (pod === undefined) throw cliErrors.error('no-such-pod', `no pod ${quote(name)} in ${where}`);
  if (agentPortOf(pod) === undefined) throw cliErrors.error('no-agent', `pod ${quote(name)} has no agent`);
  return pod;
}

function byName({ metadata: one }: Pod, { metadata: other }: Pod): number {
  const [first, second] = [one, other].map(({ namespace = '', name }) => `${namespace}/${name}`);
  return (first ?? '').localeCompare(second ?? '', 'en');
}
