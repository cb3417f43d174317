import { Command } from 'commander';
import type { Duration } from '@podlag/core';
import { reachAgents, type ReachedAgent } from '../agents/agents';
import { withAgentFlags, type AgentFlags } from '../agents/agent-flags';
import { answersOf, askEach, assertAllAnswered } from '../agents/each-agent';
import { examples } from '../frame/examples';
import type { CommandContext } from '../frame/command-context';
import { durationFlag, oneMore, withOutput, type OutputFlags } from '../frame/global-flags';
import type { AgentLatency } from '../output/latency-output';
import { print } from '../output/print';
import { targetsOf } from './targets';

type Flags = AgentFlags & OutputFlags;
type SetFlags = Flags & { readonly to?: readonly string[]; readonly drain?: true };

/** The fault that the agents' own short call sets: what one command sets, the other finds and takes away. */
const faultName = 'latency';

/** `podlag latency`: one delay, straight at the agents, without an object. */
export function latencyCommand(context: CommandContext): Command {
  return new Command('latency')
    .description(
      'One delay for all that pods send: set at their agents at once, and read back from the kernel.',
    )
    .addCommand(setCommand(context))
    .addCommand(getCommand(context))
    .addCommand(clearCommand(context));
}

function setCommand(context: CommandContext): Command {
  return withOutput(withAgentFlags(new Command('set')))
    .description('Set the delay; 0ms takes it away. It replaces the one before, other faults stay.')
    .argument('<duration>', 'of each packet, one way, as 20ms or 0.5ms', durationFlag)
    .argument('[pod...]', 'default: each pod with an agent')
    .option('--to <target>', 'only to 10.1.2.0/24 or pod/NAME; may be given several times', oneMore)
    .option('--drain', 'where it gets shorter, wait until no packet can overtake another')
    .addHelpText(
      'after',
      examples(context, [
        'latency set 20ms basic-pd-0 -n tidb-cluster',
        'latency set 5ms -l app=tikv --to pod/basic-pd-0',
        'latency set 20ms --agent 10.244.1.7',
      ]),
    )
    .action(async (latency: Duration, pods: readonly string[], flags: SetFlags) => {
      const to = flags.to && (await targetsOf(context, flags, flags.to));
      const change = { drain: flags.drain === true };
      await each(context, flags, pods, async ({ client }) => {
        if (to === undefined || latency.isZero) {
          return { latency: (await client.setLatency(latency.toString(), change)).latency.toString() };
        }
        await client.putFault(faultName, { delay: { time: latency.toString() }, to }, change);
        return { latency: latency.toString(), to: to.map(({ cidr }) => cidr) };
      });
    });
}

function getCommand(context: CommandContext): Command {
  return withOutput(withAgentFlags(new Command('get')))
    .description('Show the delay for everybody as each kernel has it, and the faults that calls have set.')
    .argument('[pod...]', 'default: each pod with an agent')
    .addHelpText('after', examples(context, ['latency get -n tidb-cluster', 'latency get -A -o json']))
    .action((pods: readonly string[], flags: Flags) =>
      each(context, flags, pods, async ({ client }) => {
        const { latency, device, faults } = await client.latency();
        return { latency: latency.toString(), device, faults: [...faults] };
      }),
    );
}

function clearCommand(context: CommandContext): Command {
  return withOutput(withAgentFlags(new Command('clear')))
    .description('Take the delay away. Fine where there is none.')
    .argument('[pod...]', 'default: each pod with an agent')
    .addHelpText('after', examples(context, ['latency clear -n tidb-cluster']))
    .action((pods: readonly string[], flags: Flags) =>
      each(context, flags, pods, async ({ client }) => ({
        latency: (await client.setLatency('0ms')).latency.toString(),
      })),
    );
}

type Said = Omit<AgentLatency, 'agent' | 'namespace'>;

async function each(
  context: CommandContext,
  flags: Flags,
  pods: readonly string[],
  ask: (agent: ReachedAgent) => Promise<Said>,
): Promise<void> {
  const outcomes = await askEach(await reachAgents(context, flags, pods), ask);
  const rows = answersOf(context, outcomes).map(({ agent: { name, namespace }, answer }): AgentLatency => ({
    agent: name,
    ...(namespace === undefined ? {} : { namespace }),
    ...answer,
  }));
  const spread = new Set(rows.map(({ namespace }) => namespace)).size > 1;
  const namespace = { heading: 'NAMESPACE', text: (row: AgentLatency) => row.namespace ?? '' };
  print(context, flags.output, {
    document: { agents: rows },
    rows,
    columns: [
      ...(spread ? [namespace] : []),
      { heading: 'AGENT', text: ({ agent }) => agent },
      { heading: 'LATENCY', text: ({ latency }) => latency, align: 'right' },
      ...(rows.some(({ to }) => to)
        ? [{ heading: 'TO', text: (row: AgentLatency) => (row.to ?? []).join(' ') }]
        : []),
    ],
    wide: [
      { heading: 'DEVICE', text: ({ device = '' }) => device },
      { heading: 'FAULTS', text: ({ faults = [] }) => faults.join(' ') },
    ],
    none: 'No agent has answered.',
    name: ({ agent, namespace: of }) => (of === undefined ? agent : `pod/${agent}`),
  });
  assertAllAnswered(outcomes);
}
