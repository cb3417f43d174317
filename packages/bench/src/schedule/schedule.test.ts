import { Duration, parseFault, Ratio } from '@podlag/core';
import fc from 'fast-check';
import type { BenchmarkUse, BenchScenario, Condition } from '../scenario/bench-scenario';
import { paths, placements } from '../scenario/bench-scenario';
import { cellKey } from './cell-key';
import { estimate } from './estimate';
import { schedule } from './schedule';
import type { Schedule, Trial, WorkerSite } from './trial';

const useOf = (name: string, seconds = 10): BenchmarkUse => ({
  name,
  benchmark: 'iperf3-tcp',
  duration: Duration.parse(`${seconds}s`),
  warmUp: Duration.parse('1s'),
  streams: 1,
  size: undefined,
  rate: undefined,
});

const conditionOf = (name: string): Condition => ({
  name,
  side: 'client',
  faults: name === 'none' ? [] : [parseFault({ name, delay: { time: '20ms' } })],
});

const plain: BenchScenario = {
  name: 'plain',
  benchmarks: [useOf('rr'), useOf('stream')],
  paths: ['pod'],
  placements: ['other-node'],
  conditions: [conditionOf('none'), conditionOf('slow')],
  repeats: 5,
  enough: { halfWidth: Ratio.parse('5%'), atLeast: 5 },
  bothWays: false,
  pairs: 28,
  parallel: true,
  interference: false,
  coolDown: Duration.parse('500ms'),
  budget: Duration.parse('30m'),
  seed: undefined,
  pushGateway: undefined,
};

const workersOn = (nodes: number): readonly WorkerSite[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `w${index}`,
    node: `n${index}`,
    zone: undefined,
    network: 'pod',
  }));

const anyWorkers: fc.Arbitrary<readonly WorkerSite[]> = fc
  .array(
    fc.record({
      node: fc.constantFrom('n1', 'n2', 'n3', 'n4'),
      zone: fc.constantFrom('z1', 'z2', undefined),
      network: fc.constantFrom('pod' as const, 'host' as const),
    }),
    { minLength: 2, maxLength: 9 },
  )
  .map((sites) => sites.map((site, index) => ({ ...site, name: `w${index}` })));

const anyScenario: fc.Arbitrary<BenchScenario> = fc.record({
  name: fc.constant('any'),
  benchmarks: fc.subarray([useOf('rr'), useOf('stream'), useOf('web')], { minLength: 1 }),
  paths: fc.subarray([...paths], { minLength: 1 }),
  placements: fc.subarray([...placements], { minLength: 1 }),
  conditions: fc
    .subarray([conditionOf('slow'), conditionOf('far')])
    .map((more) => [conditionOf('none'), ...more]),
  repeats: fc.integer({ min: 1, max: 5 }),
  enough: fc.constant(undefined),
  bothWays: fc.boolean(),
  pairs: fc.integer({ min: 1, max: 30 }),
  parallel: fc.boolean(),
  interference: fc.boolean(),
  coolDown: fc.constant(plain.coolDown),
  budget: fc.constant(plain.budget),
  seed: fc.constant(undefined),
  pushGateway: fc.constant(undefined),
});

/** Of any scenario and workers that go together. */
function holds(
  check: (planned: Schedule, scenario: BenchScenario, workers: readonly WorkerSite[]) => void,
): void {
  fc.assert(
    fc.property(anyScenario, anyWorkers, fc.nat(1000), (scenario, workers, seed) => {
      let planned: Schedule;
      try {
        planned = schedule(scenario, workers, seed);
      } catch (error) {
        expect(error).toMatchObject({ code: 'cannot-place' });
        return;
      }
      check(planned, scenario, workers);
    }),
  );
}

const samplesOf = ({ rounds }: Schedule): readonly Trial[] =>
  rounds.flat().filter(({ purpose }) => purpose === 'sample');

test('every cell is measured once in each block, so as often as `repeats` says', () => {
  holds((planned, { repeats }) => {
    const blocksOf = new Map<string, number[]>();
    for (const trial of samplesOf(planned)) {
      blocksOf.set(cellKey(trial), [...(blocksOf.get(cellKey(trial)) ?? []), trial.block]);
    }
    const each = Array.from({ length: repeats }, (_, block) => block);
    for (const blocks of blocksOf.values()) expect(blocks).toEqual(each);
  });
});

test('every use meets every condition on the same pairs', () => {
  holds((planned, { benchmarks, conditions, repeats }) => {
    const pairs = new Map<string, number>();
    for (const trial of samplesOf(planned)) {
      const key = cellKey({ ...trial, use: '', condition: '' });
      pairs.set(key, (pairs.get(key) ?? 0) + 1);
    }
    const each = benchmarks.length * conditions.length * repeats;
    for (const count of pairs.values()) expect(count).toBe(each);
  });
});

test('no worker has two trials in a round, and those of a round are alike', () => {
  holds(({ rounds }, { parallel }) => {
    for (const [index, round] of rounds.entries()) {
      const busy = round.flatMap(({ client, server }) => [client, server]);
      expect(new Set(busy).size).toBe(2 * round.length);
      const kinds = new Set(round.map((trial) => cellKey({ ...trial, client: '', server: '' })));
      expect(kinds.size).toBe(1);
      for (const trial of round) expect(trial.round).toBe(index);
      if (!parallel) expect(round).toHaveLength(1);
    }
  });
});

test('a client has the place to its server that the trial says, on the network of its path', () => {
  holds((planned, _, workers) => {
    const siteOf = (name: string) => workers.find((worker) => worker.name === name)!;
    for (const { client, server, path, placement } of planned.rounds.flat()) {
      const [from, to] = [siteOf(client), siteOf(server)];
      const network = path === 'host-network' ? 'host' : 'pod';
      expect([from.network, to.network]).toEqual([network, network]);
      expect(from.node === to.node).toBe(placement === 'same-node');
      if (placement === 'same-node') continue;
      const areApart = from.zone !== undefined && to.zone !== undefined && from.zone !== to.zone;
      expect(areApart).toBe(placement === 'other-zone');
    }
  });
});

test('no two trials have the same id', () => {
  holds(({ rounds }) => {
    const ids = rounds.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('the same seed gives the same plan, in whatever order the workers are named', () => {
  holds((planned, scenario, workers) => {
    expect(schedule(scenario, workers.toReversed(), planned.seed)).toEqual(planned);
  });
});

test('another seed gives another order of the same trials', () => {
  const [one, other] = [1, 2].map((seed) => schedule(plain, workersOn(6), seed).rounds.flat());
  const ids = (trials: readonly Trial[] = []) => trials.map(({ id }) => id);
  expect(ids(other)).not.toEqual(ids(one));
  expect(ids(other).toSorted()).toEqual(ids(one).toSorted());
});

test.each([
  [2, 1],
  [4, 3],
  [5, 5],
  [8, 7],
])('%i workers that all meet each other need %i rounds for a use and a condition', (count, rounds) => {
  const planned = schedule(plain, workersOn(count), 1);
  expect(planned.rounds).toHaveLength(rounds * 2 * 2 * plain.repeats);
});

test('the conditions of the same pairs follow each other, now the one first and now the other', () => {
  const { rounds } = schedule({ ...plain, repeats: 10 }, workersOn(4), 7);
  const firsts = rounds.filter((_, index) => index % 2 === 0);
  const seconds = rounds.filter((_, index) => index % 2 === 1);
  const withoutCondition = (all: readonly (readonly Trial[])[]) =>
    all.map((round) => round.map((trial) => cellKey({ ...trial, condition: '' })));
  expect(withoutCondition(seconds)).toEqual(withoutCondition(firsts));
  expect(new Set(firsts.map(([trial]) => trial?.condition))).toEqual(new Set(['none', 'slow']));
});

test('the order of uses and pairs within a block differs from block to block', () => {
  const { rounds } = schedule({ ...plain, repeats: 2 }, workersOn(6), 3);
  const orderOf = (block: number) => [
    ...new Set(
      rounds
        .flat()
        .filter((trial) => trial.block === block)
        .map((trial) => cellKey({ ...trial, condition: '' })),
    ),
  ];
  expect(orderOf(1)).not.toEqual(orderOf(0));
  expect(orderOf(1).toSorted()).toEqual(orderOf(0).toSorted());
});

test('both ways is each pair also with client and server exchanged', () => {
  const { rounds } = schedule({ ...plain, bothWays: true, repeats: 1 }, workersOn(3), 1);
  const pairs = new Set(rounds.flat().map(({ client, server }) => `${client}>${server}`));
  expect([...pairs].toSorted()).toEqual(['w0>w1', 'w0>w2', 'w1>w0', 'w1>w2', 'w2>w0', 'w2>w1']);
});

describe('the check for interference', () => {
  const checked = { ...plain, interference: true };
  const ofPurpose = (planned: Schedule, purpose: string) =>
    planned.rounds.filter(([trial]) => trial?.purpose === purpose);

  test('measures each use four times alone and four times in a full round, half of it before the first block', () => {
    const planned = schedule(checked, workersOn(6), 1);
    for (const use of ['rr', 'stream']) {
      const alone = ofPurpose(planned, 'alone').filter(([trial]) => trial?.use === use);
      const company = ofPurpose(planned, 'company').filter(([trial]) => trial?.use === use);
      expect(alone.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
      expect(company.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
      const watched = cellKey(alone[0]![0]!);
      for (const round of [...alone, ...company]) expect(round.map(cellKey)).toContain(watched);
    }
    const firstSample = planned.rounds.findIndex(([trial]) => trial?.purpose === 'sample');
    expect(firstSample).toBe(2 * 2 * 2);
    const second = planned.rounds.findLastIndex(([trial]) => trial?.purpose !== 'sample');
    expect(planned.rounds[second + 1]?.[0]?.block).toBe(3);
  });

  test('is in company without faults', () => {
    const planned = schedule(checked, workersOn(4), 1);
    const conditions = ofPurpose(planned, 'company').flat();
    expect(new Set(conditions.map(({ condition }) => condition))).toEqual(new Set(['none']));
  });

  test.each<[string, BenchScenario, number]>([
    ['where the scenario does not want it', plain, 6],
    ['where there is no company', checked, 3],
    ['where pairs are measured one after the other', { ...checked, parallel: false }, 6],
  ])('is left away %s', (_, scenario, workers) => {
    const planned = schedule(scenario, workersOn(workers), 1);
    expect(planned.rounds).toHaveLength(
      planned.rounds.filter(([trial]) => trial?.purpose === 'sample').length,
    );
  });
});

test('what cannot be placed is said, and the rest is measured', () => {
  const scenario = { ...plain, paths: ['pod', 'host-network'] as const, pairs: 2 };
  const { leftOut, rounds } = schedule(scenario, workersOn(3), 1);
  expect(leftOut).toEqual([
    'pod on another node: 1 of 3 pairs, since `pairs` is 2',
    'host-network on another node: no worker is there',
  ]);
  expect(new Set(rounds.flat().map(({ path }) => path))).toEqual(new Set(['pod']));
});

test('where nothing can be placed it is an error with each reason', () => {
  const scenario = { ...plain, placements: ['same-node', 'other-zone'] as const };
  expect(() => schedule(scenario, workersOn(3), 1)).toThrow(
    expect.objectContaining({
      code: 'cannot-place',
      detail:
        'pod on the same node: no node has two workers; pod on another zone: no two workers are known to be in different zones',
    }),
  );
});

test('more than 100,000 samples are refused', () => {
  expect(() => schedule({ ...plain, repeats: 1000 }, workersOn(8), 1)).toThrow(
    expect.objectContaining({ code: 'invalid-scenario', field: 'repeats' }),
  );
});

test('the estimate counts what each round measures, warms up and cools down, and a second for all else', () => {
  const scenario = { ...plain, benchmarks: [useOf('rr', 2), useOf('stream', 10)], repeats: 3 };
  const planned = schedule(scenario, workersOn(2), 1);
  expect(estimate(planned, scenario)).toBeCloseTo(3 * 2 * (2 + 10 + 2 * (1 + 0.5 + 1)));
});
