import { isIP } from 'node:net';
import { agentPortOf, type ExplainQuestion, type Explanation } from '@podlag/client';
import { protocols, quote, type Protocol } from '@podlag/core';
import { pods, type Pod } from '@podlag/kube';
import { Command, Option } from 'commander';
import { withAgentFlags, type AgentFlags } from '../agents/agent-flags';
import { reachAgents, reachedPods, type ReachedAgent } from '../agents/agents';
import { askEach, answersOf, assertAllAnswered } from '../agents/each-agent';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { portFlag, withOutput, type OutputFlags } from '../frame/global-flags';
import { explainedSide, type ExplainedSide } from '../output/explain-output';
import { print } from '../output/print';
import { explanationText } from './explanation-text';

interface Flags extends AgentFlags, OutputFlags {
  readonly port?: number;
  readonly protocol: Protocol;
}

/** An agent, and what to ask it. */
interface Question {
  readonly agent: ReachedAgent;
  readonly question: ExplainQuestion;
}

/** `podlag explain`: which faults packets between two ends meet, and what that costs. */
export function explainCommand(context: CommandContext): Command {
  return withOutput(withAgentFlags(new Command('explain')), ['json', 'yaml'])
    .description(
      'Say which faults packets from a pod to a peer meet, and how much longer a connection takes.',
    )
    .argument('<src>', 'the pod that connects; with --agent the peer’s address alone')
    .argument('[dst]', 'the peer: a pod, or an IP address')
    .option('--port <port>', 'of the peer', portFlag)
    .addOption(new Option('--protocol <name>', 'of the packets').choices([...protocols]).default('tcp'))
    .addHelpText(
      'after',
      examples(context, [
        'explain basic-tikv-0 basic-pd-0 --port 2379',
        'explain 10.1.2.3 --port 2379 --agent 10.244.1.7',
      ]),
    )
    .action((src: string, dst: string | undefined, flags: Flags) => explain(context, src, dst, flags));
}

async function explain(
  context: CommandContext,
  src: string,
  dst: string | undefined,
  flags: Flags,
): Promise<void> {
  const questions =
    flags.agent === undefined
      ? await betweenPods(context, src, dst, flags)
      : (await reachAgents(context, flags)).map((agent) => ({
          agent,
          question: { dst: addressOnly(dst ?? src), ...packet(flags) },
        }));
  const byAgent = new Map(questions.map(({ agent, question }) => [agent, question]));
  const outcomes = await askEach([...byAgent.keys()], (agent) =>
    agent.client.explain(byAgent.get(agent) ?? { dst: '' }),
  );
  const sides = answersOf(context, outcomes).map(({ agent, answer }) => sideOf(agent, answer));
  if (flags.output === undefined) context.stdout(sides.map(explanationText).join('\n'));
  else print(context, flags.output, { document: { sides }, rows: sides, columns: [] });
  assertAllAnswered(outcomes);
}

function packet({ port, protocol }: Flags): Omit<ExplainQuestion, 'dst'> {
  return { protocol, ...(port === undefined ? {} : { port }) };
}

function addressOnly(text: string): string {
  if (isIP(text) !== 0) return text;
  throw cliErrors.error('usage', `${quote(text)} is no IP address`, {
    hint: 'With --agent there is no cluster to look up a pod in: give its address.',
  });
}

/** The pod's own agent, and the peer's where it has one: either may delay a packet between them. */
async function betweenPods(
  context: CommandContext,
  src: string,
  dst: string | undefined,
  flags: Flags,
): Promise<readonly Question[]> {
  if (dst === undefined) {
    throw cliErrors.error('usage', 'no peer is given', {
      hint: 'Name a pod or an IP address after the pod.',
    });
  }
  const [source] = await reachAgents(context, flags, [src]);
  if (source?.pod === undefined) throw cliErrors.error('no-agent', `pod ${quote(src)} has no agent`);
  if (isIP(dst) !== 0) return [{ agent: source, question: { dst, ...packet(flags) } }];
  const cluster = await context.connect(flags);
  const namespace = source.namespace ?? cluster.namespace;
  const name = dst.replace(/^pods?\//, '');
  const peer = await cluster.api.get(pods, { namespace, name });
  if (peer === undefined) throw cliErrors.error('no-such-pod', `no pod ${quote(dst)} in ${namespace}`);
  const own: Question = { agent: source, question: { dst: addressOf(peer), ...packet(flags) } };
  if (agentPortOf(peer) === undefined) return [own];
  const { port, protocol } = flags;
  const back: ExplainQuestion = {
    dst: addressOf(source.pod),
    protocol,
    // Seen from there the port is its own.
    ...(port === undefined ? {} : { localPort: port }),
  };
  return [
    own,
    ...reachedPods(context, cluster, [peer], flags.token).map((agent) => ({ agent, question: back })),
  ];
}

function addressOf({ metadata: { name }, status }: Pod): string {
  if (status?.podIP !== undefined) return status.podIP;
  throw cliErrors.error('no-such-pod', `pod ${quote(name)} has no address yet`, {
    hint: 'Wait until it is scheduled and its network is set up.',
  });
}

/** As it is printed: durations in words, and no more than the output's schema has. */
function sideOf({ name }: ReachedAgent, { packet: { dst }, ...explanation }: Explanation): ExplainedSide {
  return explainedSide.parse(JSON.parse(JSON.stringify({ agent: name, peer: dst, ...explanation })));
}
