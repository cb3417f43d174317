import {
  launch,
  mostSeed,
  parseScenario,
  planWorkers,
  seededRandom,
  type BenchScenario,
  type LaunchOptions,
} from '@podlag/bench';
import { parseYaml } from '@podlag/core';
import { Command, InvalidArgumentError } from 'commander';
import { version } from '../../package.json';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { planText } from './plan-text';
import { withResults } from './results-folder';
import { runOptions, runParts, withRunPlace, type RunPlaceFlags } from './run-place';
import { seeThrough } from './see-through';

interface Flags extends RunPlaceFlags {
  readonly filename: string;
  readonly image: string;
  readonly nodes?: string;
  readonly mostNodes?: number;
  readonly seed?: number;
  readonly dryRun?: true;
}

/** `podlag bench run`: a scenario on a cluster, to its table. */
export function runCommand(context: CommandContext): Command {
  return withResults(withRunPlace(new Command('run')))
    .description(
      'Run a scenario on the cluster: put workers on its nodes, measure between them, fetch every sample, take everything away, and ' +
        'show what came out. Ctrl-C ends it well: what was measured is kept. See docs/bench.md for the scenario file.',
    )
    .requiredOption('-f, --filename <file>', 'the scenario, YAML, or - for standard input')
    .option('--image <name>', 'of orchestrator and workers, as the nodes pull it', `podlag-bench:${version}`)
    .option('--nodes <labels>', 'only nodes with these labels, as pool=db; default: all that take pods')
    .option(
      '--most-nodes <number>',
      'at most so many of them, chosen as the placements need',
      numberFlag(1, 10_000),
    )
    .option('--seed <number>', 'of the order; default: the scenario’s, or drawn', numberFlag(0, mostSeed))
    .option(
      '--dry-run',
      'only say what would be measured, between whom, and how long it takes; nothing is made',
    )
    .addHelpText(
      'after',
      examples(context, [
        'bench run -f deploy/examples/bench/quick.yaml',
        'bench run -f deploy/examples/bench/cross-node.yaml --dry-run',
        'bench run -f cross-node.yaml --nodes topology.kubernetes.io/zone=a --image registry.example/podlag-bench:0.1.0',
      ]),
    )
    .action((flags: Flags) => run(context, flags));
}

function numberFlag(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number, ${least} to ${most}.`);
  };
}

async function run(context: CommandContext, flags: Flags): Promise<void> {
  const scenario = await readScenario(context, flags);
  const parts = await runParts(context, flags);
  const options: LaunchOptions = {
    ...runOptions(context, parts, flags),
    ...nodeChoice(flags),
    image: flags.image,
  };
  if (flags.dryRun === true) {
    const workers = await planWorkers({ ...parts, scenario, options });
    context.stdout(planText(scenario, workers, scenario.seed ?? drawnSeed(context)));
    return;
  }
  await seeThrough(context, (progress) => launch({ ...parts, scenario, options, progress }));
}

async function readScenario({ readFile }: CommandContext, { filename, seed }: Flags): Promise<BenchScenario> {
  const scenario = parseScenario(parseYaml(filename, await readFile(filename)));
  return seed === undefined ? scenario : { ...scenario, seed };
}

function nodeChoice({ nodes, mostNodes }: Flags): Pick<LaunchOptions, 'nodes' | 'mostNodes'> {
  return { ...(nodes !== undefined && { nodes }), ...(mostNodes !== undefined && { mostNodes }) };
}

/** Any will do: the order alone depends on it, and a plan in words says nothing of the order. */
function drawnSeed({ clock }: CommandContext): number {
  return Math.floor(seededRandom(clock.now())() * mostSeed);
}
