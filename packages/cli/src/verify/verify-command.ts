import { Command, InvalidArgumentError } from 'commander';
import { withAgentFlags, type AgentFlags } from '../agents/agent-flags';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { exitCodes } from '../frame/exit-code';
import { portFlag, withOutput, type OutputFlags } from '../frame/global-flags';
import { print } from '../output/print';
import type { VerifyOutput } from '../output/verify-output';
import { findEnds, type Ends } from './ends';
import { leastAnswers } from './judge';
import type { ProbeSettings } from './measure-pair';
import { measureRounds } from './measure-rounds';
import { concernedPairs, readVerifiedObject, type VerifiedObject } from './object-pairs';
import { allEnds, mostPairs, pairRounds, sampled } from './pairs';
import { pairTable, verdictText } from './verdict-matrix';
import { summaryOf, verifiedPair } from './verify-document';

interface Flags extends AgentFlags, OutputFlags {
  readonly port?: number;
  readonly count: number;
  readonly to?: string;
}

/** The echo port (RFC 862), where mostly nobody listens: a refusal takes a round trip as well. */
const defaultPort = 7;

/** `podlag verify`: whether the network is as asked, by packets. */
export function verifyCommand(context: CommandContext): Command {
  return withOutput(withAgentFlags(new Command('verify')), ['table', 'wide', 'json', 'yaml'])
    .description(
      'Measure with real packets between pods whether the network is as asked: from each pod with an agent to each other, both ways. ' +
        'Nothing is changed. Exit status 3 when anything is not shown to be as asked. See docs/verify.md for how it is judged.',
    )
    .argument('[object]', 'networkfault/NAME or latencymatrix/NAME: only pairs of pods that meet it')
    .option(
      '--port <port>',
      'of the peer; default: the first that the object or its Service names, or 7',
      portFlag,
    )
    .option('--count <number>', `connects of each pair, ${leastAnswers} to 1000`, countFlag, 20)
    .option('--to <peer>', 'only to this pod or IP address')
    .addHelpText(
      'after',
      examples(context, [
        'verify -n tidb-cluster',
        'verify latencymatrix/three-regions -o json',
        'verify -l app=tikv --to basic-pd-0 --port 2379',
        'verify --agent 10.244.1.7 --agent 10.244.2.9',
      ]),
    )
    .action((object: string | undefined, flags: Flags) => verify(context, object, flags));
}

function countFlag(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= leastAnswers && count <= 1_000) return count;
  throw new InvalidArgumentError(`Give a whole number, ${leastAnswers} to 1000.`);
}

async function verify(context: CommandContext, given: string | undefined, flags: Flags): Promise<void> {
  const object = given === undefined ? undefined : await objectOf(context, given, flags);
  const ends = await findEnds(context, flags, flags.to);
  try {
    const settings = { port: flags.port ?? object?.port ?? defaultPort, count: flags.count };
    const document = await verifyEnds(context, ends, settings, object);
    printDocument(context, document, flags);
    if (!isAllRight(document)) context.exitWith(exitCodes.off);
  } finally {
    for (const { agent } of allEnds(ends)) agent?.close();
  }
}

async function objectOf(context: CommandContext, given: string, flags: Flags): Promise<VerifiedObject> {
  if (flags.agent !== undefined || flags.allNamespaces === true) {
    throw cliErrors.error(
      'usage',
      'an object is of one namespace of a cluster: --agent and -A do not go with it',
      {
        hint: 'Leave out one or the other.',
      },
    );
  }
  const { api, namespace } = await context.connect(flags);
  return readVerifiedObject(api, flags.namespace ?? namespace, given);
}

async function verifyEnds(
  context: CommandContext,
  ends: Ends,
  settings: ProbeSettings,
  object: VerifiedObject | undefined,
): Promise<VerifyOutput> {
  const all = pairRounds(ends);
  if (all.flat().length === 0) {
    throw cliErrors.error('usage', 'one pod alone has nobody to connect to', {
      hint: 'Name a peer with --to, more pods with -l, or more agents with --agent.',
    });
  }
  const wanted = object === undefined ? all : await concernedPairs(context, object, all, settings);
  const rounds = sampled(wanted, mostPairs);
  const [possible, measured] = [wanted.flat().length, rounds.flat().length];
  const sample = measured < possible ? `; a sample of ${possible}, -l or --to name fewer` : '';
  context.stderr(`Measuring ${measured} pairs, ${settings.count} connects each${sample}\n`);
  const pairs = (await measureRounds(context, rounds, settings)).map(verifiedPair);
  return {
    ...(object === undefined ? {} : { object: { name: object.name, phase: object.phase } }),
    ...settings,
    pods: allEnds(ends)
      .map(({ name }) => name)
      .filter((name) => pairs.some(({ from, to }) => from === name || to === name)),
    possible,
    summary: summaryOf(pairs),
    pairs: pairs.toSorted((one, other) => compare(one.from, other.from) || compare(one.to, other.to)),
  };
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

function printDocument(context: CommandContext, document: VerifyOutput, { output }: Flags): void {
  if (output === undefined || output === 'table') context.stdout(verdictText(document));
  else if (output === 'wide') context.stdout(pairTable(document));
  else print(context, output, { document, rows: document.pairs, columns: [] });
}

/** Of an object that some agent does not have in force the measured pairs say too little. */
function isAllRight({ summary, pairs, object }: VerifyOutput): boolean {
  return summary.ok === pairs.length && (object === undefined || object.phase === 'Effective');
}
