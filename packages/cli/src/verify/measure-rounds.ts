import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { atMost } from '../agents/at-most';
import type { Pair } from './end';
import { measurePair, type PairResult, type ProbeSettings } from './measure-pair';
import { only } from './pairs';

/** Measurements at the same time. More of them would meet at the nodes' processors, if not at the pods'. */
const atOnce = 8;
/** So many times as many connects the second measurement has, and no more than an agent makes for one request. */
const moreConnects = 3;
const mostConnects = 1_000;

/**
 * Measures every pair. What is not as asked is measured once more at the end, with more connects, and only the second counts:
 * of hundreds of pairs one is beyond what chance allows by chance.
 *
 * @throws PodlagError `interrupted`
 */
export async function measureRounds(
  context: CommandContext,
  rounds: readonly (readonly Pair[])[],
  settings: ProbeSettings,
): Promise<readonly PairResult[]> {
  const first = await measureOnce(context, rounds, settings);
  const doubtful = new Set(first.filter(isDoubtful).map(({ pair }) => pair));
  if (doubtful.size === 0) return first;
  context.stderr(`${doubtful.size} not as asked, measured once more\n`);
  const pairs = only(rounds, (pair) => doubtful.has(pair));
  const count = Math.min(mostConnects, moreConnects * settings.count);
  const again = await measureOnce(context, pairs, { ...settings, count });
  const second = new Map(again.map((result) => [result.pair, result]));
  return first.map((result) => second.get(result.pair) ?? result);
}

function isDoubtful({ verdict, measured }: PairResult): boolean {
  return verdict !== 'ok' && measured !== undefined;
}

async function measureOnce(
  context: CommandContext,
  rounds: readonly (readonly Pair[])[],
  settings: ProbeSettings,
): Promise<readonly PairResult[]> {
  const count = rounds.flat().length;
  const results: PairResult[] = [];
  let told = 0;
  for (const pairs of rounds) {
    results.push(
      ...(await atMost(atOnce, pairs, (pair) => measureUnlessInterrupted(context, pair, settings))),
    );
    const tenths = Math.floor((10 * results.length) / count);
    if (tenths > told) context.stderr(`${results.length} of ${count} pairs measured\n`);
    told = tenths;
  }
  return results;
}

function measureUnlessInterrupted(
  { interrupted }: CommandContext,
  pair: Pair,
  settings: ProbeSettings,
): Promise<PairResult> {
  if (interrupted.aborted) {
    throw cliErrors.error('interrupted', 'not all pairs are measured', {
      hint: 'Nothing was changed. Name fewer pods with -l, or one peer with --to.',
    });
  }
  return measurePair(pair, settings);
}
