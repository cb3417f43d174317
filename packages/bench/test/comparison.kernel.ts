import { compareRuns } from '../src/compare/compare-runs';
import type { Run } from '../src/record/run';
import { Measured } from './lab/measured';

// How often `compare` is right, with runs of real packets: a second for each sample, on a machine that does nothing else; four
// times that.
jest.setTimeout(900_000);

const samplesOfStretch = 4;
const stretchesOfRun = 7;
const stretchesWithFault = 4;

const same = {
  ...{ name: 'same', placements: ['other-node'], interference: false, coolDown: '0s', budget: '10m' },
  benchmarks: [{ name: 'round-trip', benchmark: 'netperf-tcp-rr', duration: '1s', warmUp: '0s' }],
  repeats: stretchesOfRun * samplesOfStretch,
};
const slower = {
  ...same,
  ...{ name: 'slower', repeats: stretchesWithFault * samplesOfStretch },
  conditions: [{ name: 'slow', faults: [{ name: 'slow', delay: { time: '2ms' } }] }],
};

/** What these runs differ by when other programs want the lab's only CPU too: less does not count. */
const minimumEffect = { seconds: 0.001 };

/** Three runs of the same thing, each with workers and an orchestrator of its own, minutes after the one before; and the slower. */
const measured = new Measured(same, same, same, slower);

/** A long run as short ones, one after the other. */
function stretches(run: Run): readonly Run[] {
  const byStretch = Map.groupBy(run.samples, ({ block }) => Math.floor(block / samplesOfStretch));
  return [...byStretch].map(([index, samples]) => ({
    manifest: { ...run.manifest, run: `${run.manifest.run}-${index}` },
    samples,
  }));
}

test('two runs of the same thing are the same in all but two of 21 tries', () =>
  measured.check((...runs) => {
    const equal = runs.slice(0, 3).map(stretches);
    const verdicts = equal.flatMap((run, index) => {
      const next = equal[(index + 1) % equal.length]!;
      return run.map((stretch, place) => compareRuns(stretch, next[place]!, { minimumEffect }).verdict);
    });
    expect(verdicts).toHaveLength(3 * stretchesOfRun);
    expect(verdicts.filter((verdict) => verdict !== 'same').length).toBeLessThanOrEqual(2);
  }));

test('a delay of 2 ms is worse every time, whether the other run is before it or beside it', () =>
  measured.check((...runs) => {
    const [first, , , slow] = runs.map(stretches);
    expect(slow).toHaveLength(stretchesWithFault);
    const options = { minimumEffect, conditions: ['none', 'slow'] } as const;
    const verdicts = slow!.flatMap((run, index) => [
      compareRuns(first![index]!, run, options).verdict,
      compareRuns(run, run, options).verdict,
    ]);
    expect(verdicts).toEqual(Array(2 * stretchesWithFault).fill('worse'));
  }));
