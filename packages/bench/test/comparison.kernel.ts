import { compareRuns } from '../src/compare/compare-runs';
import type { Run } from '../src/record/run';
import { labRuns } from './lab/bench-in-lab';

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

/** Of three runs of the same thing: each has workers and an orchestrator of its own, minutes after the one before. */
let equal: readonly (readonly Run[])[];
let slow: readonly Run[];

beforeAll(async () => {
  const [first, second, third, last] = (await labRuns([same, same, same, slower], 2)).map(stretches);
  equal = [first!, second!, third!];
  slow = last!;
});

/** A long run as short ones, one after the other. */
function stretches(run: Run): readonly Run[] {
  const byStretch = Map.groupBy(run.samples, ({ block }) => Math.floor(block / samplesOfStretch));
  return [...byStretch].map(([index, samples]) => ({
    manifest: { ...run.manifest, run: `${run.manifest.run}-${index}` },
    samples,
  }));
}

test('two runs of the same thing are the same in all but two of 21 tries', () => {
  const verdicts = equal.flatMap((run, index) => {
    const next = equal[(index + 1) % equal.length]!;
    return run.map((stretch, place) => compareRuns(stretch, next[place]!, { minimumEffect }).verdict);
  });
  expect(verdicts).toHaveLength(3 * stretchesOfRun);
  expect(verdicts.filter((verdict) => verdict !== 'same').length).toBeLessThanOrEqual(2);
});

test('a delay of 2 ms is worse every time, whether the other run is before it or beside it', () => {
  expect(slow).toHaveLength(stretchesWithFault);
  const options = { minimumEffect, conditions: ['none', 'slow'] } as const;
  const verdicts = slow.flatMap((run, index) => [
    compareRuns(equal[0]![index]!, run, options).verdict,
    compareRuns(run, run, options).verdict,
  ]);
  expect(verdicts).toEqual(Array(2 * stretchesWithFault).fill('worse'));
});
