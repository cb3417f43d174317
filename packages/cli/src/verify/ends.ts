import { isIP } from 'node:net';
import { quote } from '@podlag/core';
import { pods } from '@podlag/kube';
import type { AgentFlags } from '../agents/agent-flags';
import { reachAgents, reachedPods, type ReachedAgent } from '../agents/agents';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { isSource, type End, type Source } from './end';

/** Who measures, and to whom. */
export interface Ends {
  readonly sources: readonly Source[];
  /** The one that --to names; undefined: every source is one. */
  readonly destination: End | undefined;
}

/**
 * The pods, or agents, that the flags name.
 *
 * @param to a pod, or an IP address
 * @throws PodlagError `usage`, `no-agents`, `no-such-pod`
 */
export async function findEnds(
  context: CommandContext,
  flags: AgentFlags,
  to: string | undefined,
): Promise<Ends> {
  const agents = await reachAgents(context, flags);
  const ends = agents.map((agent, index) => endOf(agent, flags.agent?.[index]?.host, flags));
  const sources = ends.filter(isSource).filter((end) => hasAddress(context, end));
  const destination = to === undefined ? undefined : await findDestination(context, flags, sources, to);
  return { sources, destination };
}

function endOf(agent: ReachedAgent, host: string | undefined, { allNamespaces }: AgentFlags): End {
  if (host !== undefined && isIP(host) === 0) {
    throw cliErrors.error('usage', `--agent ${host}: the other agents connect to it by its IP address`, {
      hint: 'Give the address of the agent’s pod in place of its name.',
    });
  }
  const { namespace = '', name } = agent;
  return {
    name: allNamespaces === true ? `${namespace}/${name}` : name,
    address: host ?? agent.pod?.status?.podIP ?? '',
    agent,
  };
}

function hasAddress({ stderr }: CommandContext, { name, address }: End): boolean {
  if (address === '') stderr(`${name} has no address yet, and is left out.\n`);
  return address !== '';
}

async function findDestination(
  context: CommandContext,
  flags: AgentFlags,
  sources: readonly Source[],
  to: string,
): Promise<End> {
  const name = to.replace(/^pods?\//, '');
  const known = sources.find((source) => source.name === name || source.address === name);
  if (known !== undefined) return known;
  if (isIP(name) !== 0) return { name, address: name, agent: undefined };
  if (flags.agent !== undefined) {
    throw cliErrors.error('usage', `--to ${quote(to)} is no IP address`, {
      hint: 'With --agent there is no cluster to look up a pod in: give its address.',
    });
  }
  return podEnd(context, flags, name);
}

/** A pod that -l has not chosen, or one without an agent. */
async function podEnd(context: CommandContext, flags: AgentFlags, given: string): Promise<End> {
  const cluster = await context.connect(flags);
  const [first = '', second] = given.split('/');
  const name = second ?? first;
  const namespace = second === undefined ? (flags.namespace ?? cluster.namespace) : first;
  const pod = await cluster.api.get(pods, { namespace, name });
  const address = pod?.status?.podIP;
  if (pod === undefined || address === undefined) {
    const what =
      pod === undefined ? `no pod ${quote(name)} in ${namespace}` : `pod ${quote(name)} has no address`;
    throw cliErrors.error('no-such-pod', what);
  }
  const [agent] = reachedPods(context, cluster, [pod], flags.token);
  return { name: given, address, agent };
}
