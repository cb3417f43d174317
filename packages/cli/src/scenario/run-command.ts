import { parseScenario, scenarios } from '@podlag/api';
import { Command } from 'commander';
import {
  refuseWithAgent,
  refuseWithoutAgent,
  withStraightFlags,
  type AgentFlags,
} from '../agents/agent-flags';
import { cliErrors } from '../frame/cli-errors';
import type { Cluster, CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { withNamespaceFlags } from '../frame/global-flags';
import { sendObjects } from '../objects/apply-objects';
import { readObjects, type ReadObject } from '../objects/read-objects';
import { followScenario, type ScenarioEnd } from './follow-scenario';
import { runAtAgents } from './run-at-agents';
import { makeWay } from './make-way';
import { setScenarioState } from './scenario-state';
import { timelineOf } from './timeline';

interface Flags extends AgentFlags {
  readonly abortOnExit?: true;
  readonly again?: true;
  readonly follow: boolean;
}

/** `podlag scenario run`: applies a file, and draws the timeline as it goes. */
export function runCommand(context: CommandContext): Command {
  return withStraightFlags(withNamespaceFlags(new Command('run')))
    .description(
      'Apply a Scenario, with all other objects of its file, and show how it goes. Ctrl-C leaves it running, and says how to abort it.',
    )
    .argument('<file>', 'YAML with one Scenario, or - for standard input')
    .option('--abort-on-exit', 'Ctrl-C aborts it')
    .option('--again', 'when it is there already: delete it, and run it from its beginning')
    .option('--no-follow', 'end when it is applied')
    .addHelpText(
      'after',
      examples(context, [
        'scenario run flaky-wan.yaml',
        'scenario run flaky-wan.yaml --again',
        'scenario run flaky-wan.yaml --agent 10.244.1.7',
      ]),
    )
    .action((file: string, flags: Flags, command: Command) => {
      if (flags.agent === undefined) {
        refuseWithoutAgent(command);
        return runInCluster(context, file, flags);
      }
      refuseWithAgent(command, ['again']);
      return runStraight(context, file, flags);
    });
}

async function runStraight(context: CommandContext, file: string, flags: Flags): Promise<void> {
  const scenario = theScenario(file, await readObjects(context, file, 'default'));
  await runAtAgents(context, parseScenario(scenario.object), flags);
}

async function runInCluster(context: CommandContext, file: string, flags: Flags): Promise<void> {
  const cluster = await context.connect(flags);
  const objects = await readObjects(context, file, flags.namespace ?? cluster.namespace);
  const scenario = theScenario(file, objects);
  const timeline = timelineOf(parseScenario(scenario.object));
  // What it refers to first: a step whose fault is not there is a failure.
  const others = objects.filter((one) => one !== scenario);
  const ordered = [...others, scenario];
  await makeWay(context, cluster.api, { scenario, others }, flags);
  await sendObjects(cluster.api, ordered);
  for (const { kind, ref } of ordered) context.stderr(`${kind.group}/${ref.name} applied\n`);
  if (!flags.follow) return;
  const waited = await followScenario(context, cluster.api, scenario.ref, timeline);
  if (waited.kind === 'settled') assertFinished(scenario, waited.value);
  else if (waited.kind === 'interrupted') await leave(context, cluster, scenario, flags);
  else throw deleted(scenario);
}

function theScenario(file: string, objects: readonly ReadObject[]): ReadObject {
  const found = objects.filter(({ kind }) => kind.kind === 'Scenario');
  const [scenario, second] = found;
  if (scenario === undefined || second !== undefined) {
    throw cliErrors.error('bad-file', `${file}: ${found.length} Scenarios are in it, and one is expected`);
  }
  return scenario;
}

async function leave(
  context: CommandContext,
  { api }: Cluster,
  { ref }: ReadObject,
  { abortOnExit }: Flags,
): Promise<void> {
  if (abortOnExit === true) {
    await setScenarioState(api, ref, 'Aborted');
    context.stderr(`${ref.name} is aborted.\n`);
    return;
  }
  const abort = `${context.name} scenario abort ${ref.name} -n ${ref.namespace}`;
  context.stderr(`${ref.name} goes on. Abort it: ${abort}\n`);
}

function deleted({ ref }: ReadObject): Error {
  return cliErrors.error('some-failed', `${scenarios.kind} ${ref.name} was deleted before its end`, {
    hint: 'Somebody has deleted it meanwhile; run it again.',
  });
}

/** @throws PodlagError `some-failed` for one that was aborted, or of which nothing was in force at its end */
function assertFinished({ ref }: ReadObject, { status, problem }: ScenarioEnd): void {
  if (status.phase === 'Aborted') {
    throw cliErrors.error('some-failed', `${scenarios.kind} ${ref.name} was aborted before its end`, {
      hint: 'Somebody has aborted it meanwhile; --again runs it from its beginning.',
    });
  }
  if (problem === undefined) return;
  throw cliErrors.error('some-failed', `${scenarios.kind} ${ref.name} failed to its end: ${problem}`, {
    hint: 'Mend that, and run it again with --again.',
  });
}
