import { sampleOf, type TrialTimes, type UnplacedSample } from './trial-sample';
import { allSettled } from './all-settled';
import { TrialStand, type StandParts, type TrialEnd } from './trial-stand';
import type { TrialWork } from './trial-work';

/** What a round is run with. */
export interface RoundParts extends StandParts {
  readonly run: string;
}

/**
 * Runs the trials of one round at once. Nobody measures before all are set up, and nothing is taken down before all have
 * measured: so each has the same company from its first packet to its last.
 *
 * @returns what is to be recorded, in the order of their ends; nothing of trials that were cancelled
 */
export async function runRound(
  works: readonly TrialWork[],
  parts: RoundParts,
  signal: AbortSignal,
): Promise<readonly UnplacedSample[]> {
  const stands = works.map((work) => new TrialStand(work, parts));
  try {
    await allSettled(stands.map((stand) => stand.setUp(signal)));
    const ended: Measured[] = [];
    await Promise.all(
      stands.map(async (stand) => {
        ended.push(await measured(stand, parts, signal));
      }),
    );
    // When all have measured: an agent that answers is company too.
    const samples = await Promise.all(ended.map((one) => sampleFrom(one, parts.run)));
    return samples.filter((sample) => sample !== undefined);
  } finally {
    await Promise.all(stands.map((stand) => stand.takeDown()));
  }
}

interface Measured {
  readonly stand: TrialStand;
  readonly end: TrialEnd;
  readonly times: TrialTimes;
}

async function measured(stand: TrialStand, { clock }: RoundParts, signal: AbortSignal): Promise<Measured> {
  const startedMs = clock.now();
  const end = await stand.measure(signal);
  return { stand, end, times: { startedMs, endedMs: clock.now() } };
}

async function sampleFrom({ stand, end, times }: Measured, run: string): Promise<UnplacedSample | undefined> {
  return sampleOf(stand.work, await stand.concluded(end), run, times);
}
