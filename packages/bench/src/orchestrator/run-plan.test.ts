import fc from 'fast-check';
import type { Sample } from '../record/sample';
import { sampleWith } from '../record/testing';
import { parseScenario } from '../scenario/scenario-document';
import type { Trial } from '../schedule/trial';
import { RunPlan } from './run-plan';
import { scriptedBenchmarks } from './testing/scripted-benchmark';

const benchmarks = scriptedBenchmarks(1);
const workers = ['a', 'b', 'c', 'd'].map((name) => ({
  ...{ name, node: `node-${name}`, zone: undefined, network: 'pod' as const },
}));

function planOf(overrides: Readonly<Record<string, unknown>> = {}): RunPlan {
  const document = { name: 'plan', benchmarks: ['steady'], repeats: 4, interference: false, ...overrides };
  return new RunPlan({ scenario: parseScenario(document, '', benchmarks), workers, benchmarks, seed: 3 });
}

function sampleOf({ id, ...trial }: Trial, seconds = 1): Sample {
  return sampleWith({ ...trial, trial: id, benchmark: 'steady', values: { seconds } });
}

/** Trials of as many rounds, done. */
function run(plan: RunPlan, rounds = Infinity): readonly Trial[] {
  const done: Trial[] = [];
  for (let count = 0; count < rounds; count += 1) {
    const round = plan.next();
    if (round === undefined) break;
    for (const trial of round) plan.add(sampleOf(trial));
    done.push(...round);
  }
  return done;
}

test('each trial comes once, and then there is none', () => {
  const plan = planOf();
  const done = run(plan);
  expect(done).toHaveLength(plan.planned);
  expect(new Set(done.map(({ id }) => id)).size).toBe(plan.planned);
  expect(plan.next()).toBeUndefined();
  expect(plan).toMatchObject({ planned: 24, done: 24, failed: 0, leftOut: [] });
});

test('whatever was done before a run is resumed, the rest is what was left', () => {
  const all = run(planOf());
  fc.assert(
    fc.property(fc.subarray([...all]), (before) => {
      const plan = planOf();
      for (const trial of before) plan.add(sampleOf(trial));
      const after = run(plan);
      expect([...before, ...after].map(({ id }) => id).toSorted()).toEqual(
        all.map(({ id }) => id).toSorted(),
      );
    }),
    { numRuns: 50 },
  );
});

test('a failed trial is done too, and is counted', () => {
  const plan = planOf();
  const [trial] = plan.next()!;
  plan.add({ ...sampleOf(trial!), status: 'timeout' });
  expect(plan).toMatchObject({ done: 1, failed: 1 });
  expect(plan.isDone(trial!.id)).toBe(true);
});

test('what is left grows less round by round, and nothing is left after the end', () => {
  const plan = planOf();
  run(plan, 2);
  expect(plan.rest().flat()).toHaveLength(plan.planned - plan.done);
  expect(plan.end()).toBe(plan.planned - plan.done);
  expect(plan.rest()).toEqual([]);
  expect(plan.next()).toBeUndefined();
});

test('a cell that has enough is measured as long as its company has not, and no longer', () => {
  const plan = planOf({ repeats: 8, enough: { halfWidth: '5%', atLeast: 4 } });
  let figure = 1;
  const counts = new Map<string, number>();
  for (let round = plan.next(); round !== undefined; round = plan.next()) {
    for (const trial of round) {
      const cell = `${trial.client} ${trial.server}`;
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
      // One pair never has enough: each of its figures is twice the one before.
      const isWild = [trial.client, trial.server].toSorted().join() === 'a,b';
      plan.add(sampleOf(trial, isWild ? (figure *= 2) : 1));
    }
  }
  // The company of a and b is c and d, in each round.
  expect([...counts.values()].toSorted()).toEqual([4, 4, 4, 4, 8, 8]);
  expect(plan.leftOut).toHaveLength(5);
});
