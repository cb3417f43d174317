import { FakeClock } from '@podlag/core/testing';
import { parseScenario } from '../scenario/scenario-document';
import { estimate } from '../schedule/estimate';
import type { Trial } from '../schedule/trial';
import { scriptedBenchmarks } from './testing/scripted-benchmark';
import { TimeLeft } from './time-left';

const scenario = parseScenario({ name: 'time', benchmarks: ['steady'] }, '', scriptedBenchmarks(1));
const trial: Trial = {
  ...{ id: 't', use: 'steady', path: 'pod', placement: 'other-node', condition: 'none' },
  ...{ client: 'a', server: 'b', purpose: 'sample', block: 0, round: 0 },
};
const round = [trial];
const expected = estimate({ rounds: [round] }, scenario);

test('before anything was measured it is what the schedule expects', () => {
  expect(new TimeLeft(scenario, new FakeClock()).seconds([round, round])).toBeCloseTo(2 * expected);
});

test('rounds that take twice as long let one expect the same of the others', () => {
  const clock = new FakeClock();
  const left = new TimeLeft(scenario, clock);
  left.begin(round);
  clock.advance(2 * expected * 1_000);
  left.end();
  expect(left.seconds([round, round, round])).toBeCloseTo(6 * expected);
});

test('of a round under way what has passed is taken off, and it never takes less than nothing', () => {
  const clock = new FakeClock();
  const left = new TimeLeft(scenario, clock);
  left.begin(round);
  clock.advance(1_000);
  expect(left.seconds([])).toBeCloseTo(expected - 1);
  clock.advance(3_600_000);
  expect(left.seconds([])).toBe(0);
});
