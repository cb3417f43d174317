import { Duration, parseFault, Ratio } from '@podlag/core';
import fc from 'fast-check';
import type { Benchmark, Parameters } from '../benchmark/benchmark';
import type { BenchmarkUse, BenchScenario, Condition } from './bench-scenario';
import { paths, placements } from './bench-scenario';
import { parseScenario, scenarioDocument } from './scenario-document';

const benchmarkOf = (name: string, ignores: readonly (keyof Parameters)[] = []): Benchmark => ({
  name,
  title: name,
  ports: [{ protocol: 'tcp', port: 5201, ready: true }],
  metrics: [{ name: 'throughput', unit: 'B/s', better: 'higher', meaning: 'all' }],
  ignores,
  version: { program: { kind: 'probe' }, args: [] },
  readVersion: () => '1',
  server: () => ({ program: { kind: 'probe' }, args: [] }),
  client: () => ({ program: { kind: 'probe' }, args: [] }),
  read: () => ({ values: { throughput: 1 } }),
});

const shortOnly: Benchmark = {
  ...benchmarkOf('short'),
  check: ({ seconds }) =>
    seconds > 60 ? { parameter: 'seconds', problem: 'is more than the tool takes' } : undefined,
};

const known = [shortOnly, benchmarkOf('bulk'), benchmarkOf('echo', ['warmUpSeconds', 'streams', 'rate'])];
const parse = (document: unknown): BenchScenario => parseScenario(document, undefined, known);
const least = { name: 'least', benchmarks: ['bulk'] };

test('a name and a benchmark are enough: the rest has a default', () => {
  expect(parse(least)).toEqual({
    name: 'least',
    benchmarks: [
      {
        name: 'bulk',
        benchmark: 'bulk',
        duration: Duration.parse('10s'),
        warmUp: Duration.parse('1s'),
        streams: 1,
        size: undefined,
        rate: undefined,
      },
    ],
    paths: ['pod'],
    placements: ['other-node'],
    conditions: [{ name: 'none', side: 'client', faults: [] }],
    repeats: 5,
    enough: undefined,
    bothWays: false,
    pairs: 28,
    parallel: true,
    interference: true,
    coolDown: Duration.parse('500ms'),
    budget: Duration.parse('30m'),
    seed: undefined,
    pushGateway: undefined,
  });
});

const full = {
  name: 'cross-node',
  benchmarks: [
    { name: 'big', benchmark: 'bulk', duration: '20s', warmUp: '2s', streams: 4, size: '128KiB', rate: 100 },
    { name: 'echo', benchmark: 'echo', duration: '10s', warmUp: '0ms', streams: 1 },
  ],
  paths: ['pod', 'service'],
  placements: ['same-node', 'other-node'],
  conditions: [
    {
      name: 'slow',
      side: 'both',
      faults: [{ name: 'slow', delay: { time: '20ms' }, direction: 'egress' }],
    },
  ],
  repeats: 8,
  enough: { halfWidth: '5%', atLeast: 5 },
  bothWays: true,
  pairs: 10,
  parallel: false,
  interference: false,
  coolDown: '1s',
  budget: '1h',
  seed: 42,
  pushGateway: 'http://pushgateway.monitoring:9091',
};

test('a document with every field comes back as it went in', () => {
  expect(scenarioDocument(parse(full))).toEqual(full);
});

test('what a benchmark cannot leave out as warm-up is not waited for', () => {
  expect(parse({ ...least, benchmarks: ['echo'] }).benchmarks[0]?.warmUp).toEqual(Duration.zero);
});

test.each([
  [128, 128],
  ['128', 128],
  ['64KiB', 65_536],
  ['1MiB', 1_048_576],
  ['100B', 100],
])('a size of %p is %i bytes', (size, bytes) => {
  expect(parse({ ...least, benchmarks: [{ benchmark: 'bulk', size }] }).benchmarks[0]?.size).toBe(bytes);
});

const withUse = (use: Record<string, unknown>) => ({ ...least, benchmarks: [{ benchmark: 'bulk', ...use }] });
const slow = { name: 'slow', faults: [{ name: 'slow', delay: { time: '20ms' } }] };
const withCondition = (condition: Record<string, unknown>) => ({
  ...least,
  conditions: [{ ...slow, ...condition }],
});

test.each<[string, unknown, string, string]>([
  ['no mapping', 'bulk', 'scenario', 'expected object'],
  ['nothing', undefined, 'scenario', 'expected object'],
  ['no name', { benchmarks: ['bulk'] }, 'name', 'is needed'],
  ['a name that is no DNS label', { ...least, name: 'Cross node' }, 'name', 'DNS label'],
  ['a name that ends in a dash', { ...least, name: 'a-' }, 'name', 'DNS label'],
  ['a name that leaves no room', { ...least, name: 'a'.repeat(37) }, 'name', 'at most 36'],
  ['no benchmarks', { name: 'a' }, 'benchmarks', 'is needed'],
  ['an empty list of benchmarks', { name: 'a', benchmarks: [] }, 'benchmarks', '>=1'],
  ['a use of nothing', { ...least, benchmarks: [{}] }, 'benchmarks.0.benchmark', 'is needed'],
  ['two uses of one name', { ...least, benchmarks: ['bulk', 'bulk'] }, 'benchmarks.1.name', 'twice'],
  ['less than a second', withUse({ duration: '500ms' }), 'benchmarks.0.duration', '1s to 1h'],
  ['more than an hour', withUse({ duration: '61m' }), 'benchmarks.0.duration', '1s to 1h'],
  ['a duration that is none', withUse({ duration: 'soon' }), 'benchmarks.0.duration', 'not a duration'],
  ['a long warm-up', withUse({ warmUp: '11m' }), 'benchmarks.0.warmUp', '0s to 10m'],
  ['no stream', withUse({ streams: 0 }), 'benchmarks.0.streams', '>=1'],
  ['too many streams', withUse({ streams: 129 }), 'benchmarks.0.streams', '<=128'],
  ['half a stream', withUse({ streams: 1.5 }), 'benchmarks.0.streams', 'int'],
  ['a size of nothing', withUse({ size: 0 }), 'benchmarks.0.size', 'not a size'],
  ['too large a size', withUse({ size: '65MiB' }), 'benchmarks.0.size', 'not a size'],
  ['a size in bits', withUse({ size: '1mbit' }), 'benchmarks.0.size', 'as 128 or 64KiB'],
  ['a rate of nothing', withUse({ rate: 0 }), 'benchmarks.0.rate', '>=0.1'],
  ['a rate that is no number', withUse({ rate: NaN }), 'benchmarks.0.rate', 'number'],
  [
    'what the benchmark would not do',
    withUse({ benchmark: 'echo', streams: 4 }),
    'benchmarks.0.streams',
    'of no use to echo',
  ],
  [
    'a warm-up that the benchmark does not have',
    withUse({ benchmark: 'echo', warmUp: '1s' }),
    'benchmarks.0.warmUp',
    'of no use to echo',
  ],
  [
    'what the tool cannot take',
    withUse({ benchmark: 'short', duration: '2m' }),
    'benchmarks.0.duration',
    'more than the tool takes',
  ],
  ['a misspelt field', { ...least, repeat: 3 }, 'repeat', 'Did you mean repeats?'],
  ['a misspelt field of a use', withUse({ stream: 3 }), 'benchmarks.0.stream', 'Did you mean streams?'],
  ['a field on the wrong level', { ...least, streams: 3 }, 'streams', 'does not belong here'],
  ['a path that there is not', { ...least, paths: ['ingress'] }, 'paths.0', '"host-network"'],
  ['a path twice', { ...least, paths: ['pod', 'pod'] }, 'paths.1', 'twice'],
  ['a placement twice', { ...least, placements: ['same-node', 'same-node'] }, 'placements.1', 'twice'],
  ['no path', { ...least, paths: [] }, 'paths', '>=1'],
  [
    'the condition that is always there',
    withCondition({ name: 'none' }),
    'conditions.0.name',
    'always there',
  ],
  ['two conditions of one name', { ...least, conditions: [slow, slow] }, 'conditions.1.name', 'twice'],
  ['a condition without faults', withCondition({ faults: [] }), 'conditions.0.faults', 'is empty'],
  ['a side that there is not', withCondition({ side: 'left' }), 'conditions.0.side', '"client"'],
  [
    'a bad fault, by its path',
    withCondition({ faults: [{ name: 'a', delay: { time: 'soon' } }] }),
    'conditions.0.faults.0.delay.time',
    'not a duration',
  ],
  [
    'a fault that does nothing',
    withCondition({ faults: [{ name: 'a' }] }),
    'conditions.0.faults.0',
    'does nothing',
  ],
  [
    'a fault that ends by itself',
    withCondition({ faults: [{ name: 'a', delay: { time: '1ms' }, ttl: '5m' }] }),
    'conditions.0.faults.0.ttl',
    'as long as its trial',
  ],
  [
    'two faults of one name',
    withCondition({ faults: [...slow.faults, ...slow.faults] }),
    'conditions.0.faults.1.name',
    'twice',
  ],
  ['no repeat', { ...least, repeats: 0 }, 'repeats', '>=1'],
  ['too many repeats', { ...least, repeats: 1001 }, 'repeats', '<=1000'],
  ['no pair', { ...least, pairs: 0 }, 'pairs', '>=1'],
  ['too many pairs', { ...least, pairs: 10_001 }, 'pairs', '<=10000'],
  ['a width of nothing', { ...least, enough: { halfWidth: '0%' } }, 'enough.halfWidth', 'more than 0'],
  ['a width beyond all', { ...least, enough: { halfWidth: 5 } }, 'enough.halfWidth', 'more than 100%'],
  [
    'enough before it can be told',
    { ...least, enough: { halfWidth: '5%', atLeast: 3 } },
    'enough.atLeast',
    '4 or more',
  ],
  [
    'enough after the end',
    { ...least, repeats: 5, enough: { halfWidth: '5%', atLeast: 6 } },
    'enough.atLeast',
    'more than repeats',
  ],
  ['yes in another word', { ...least, parallel: 'yes' }, 'parallel', 'boolean'],
  ['a long pause', { ...least, coolDown: '1h' }, 'coolDown', '0s to 10m'],
  ['no time at all', { ...least, budget: '0s' }, 'budget', '1s to 24h'],
  ['a negative seed', { ...least, seed: -1 }, 'seed', '>=0'],
  ['a seed of more than 32 bits', { ...least, seed: 2 ** 32 }, 'seed', '<=4294967295'],
  ['a PushGateway that is no address', { ...least, pushGateway: 'here' }, 'pushGateway', 'not an address'],
  ['another scheme', { ...least, pushGateway: 'file:///etc/passwd' }, 'pushGateway', 'not an address'],
  ['a user', { ...least, pushGateway: 'http://me@push:9091' }, 'pushGateway', 'must not have'],
  ['a password', { ...least, pushGateway: 'http://:pw@push:9091' }, 'pushGateway', 'must not have'],
  ['a query', { ...least, pushGateway: 'http://push:9091/?job=x' }, 'pushGateway', 'host and a path'],
  [
    'a secret that all would see',
    { ...least, pushGateway: 'http://me:secret@push:9091' },
    'pushGateway',
    'must not have',
  ],
])('refuses %s', (_, document, field, words) => {
  expect(() => parse(document)).toThrow(
    expect.objectContaining({ code: 'invalid-scenario', field, detail: expect.stringContaining(words) }),
  );
});

test.each([
  ['bulc', 'Did you mean bulk?'],
  ['something-else', 'There are short, bulk, echo.'],
])('a benchmark that there is not, %s, is an error of its own', (name, words) => {
  expect(() => parse({ ...least, benchmarks: [name] })).toThrow(
    expect.objectContaining({
      code: 'unknown-benchmark',
      field: 'benchmarks.0.benchmark',
      detail: expect.stringContaining(words),
    }),
  );
});

test('all that is wrong is said at once, under the place where the document stands', () => {
  expect(() => parseScenario({ ...least, repeats: 0, pairs: 0 }, 'spec.scenario', known)).toThrow(
    expect.objectContaining({
      detail: expect.stringMatching(/^spec\.scenario\.repeats: .*; spec\.scenario\.pairs: /),
      field: 'spec.scenario.repeats',
    }),
  );
});

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const durationFrom = (seconds: number, to: number) =>
  fc.integer({ min: seconds * 1000, max: to * 1000 }).map((ms) => Duration.ofNanoseconds(ms * 1_000_000));

const anyUse: fc.Arbitrary<BenchmarkUse> = fc.record({
  name: label,
  benchmark: fc.constant('bulk'),
  duration: durationFrom(1, 3600),
  warmUp: durationFrom(0, 600),
  streams: fc.integer({ min: 1, max: 128 }),
  size: fc.option(fc.integer({ min: 1, max: 67_108_864 }), { nil: undefined }),
  rate: fc.option(fc.double({ min: 0.1, max: 1_000_000, noNaN: true }), { nil: undefined }),
});

const anyCondition: fc.Arbitrary<Condition> = fc.record({
  name: label.filter((name) => name !== 'none'),
  side: fc.constantFrom('client', 'server', 'both'),
  faults: fc.uniqueArray(
    fc
      .tuple(label, fc.integer({ min: 1, max: 1000 }), fc.constantFrom('egress', 'ingress', 'both'))
      .map(([name, ms, direction]) => parseFault({ name, delay: { rtt: ms }, direction })),
    { minLength: 1, maxLength: 3, selector: ({ name }) => name },
  ),
});

const byName = { selector: ({ name }: { readonly name: string }) => name, maxLength: 4 };

const anyScenario: fc.Arbitrary<BenchScenario> = fc.record({
  name: label,
  benchmarks: fc.uniqueArray(anyUse, { ...byName, minLength: 1 }),
  paths: fc.shuffledSubarray([...paths], { minLength: 1 }),
  placements: fc.shuffledSubarray([...placements], { minLength: 1 }),
  conditions: fc
    .uniqueArray(anyCondition, byName)
    .map((more): Condition[] => [{ name: 'none', side: 'client', faults: [] }, ...more]),
  repeats: fc.integer({ min: 100, max: 1000 }),
  enough: fc.option(
    fc.record({
      halfWidth: fc.integer({ min: 1, max: 1000 }).map((parts) => Ratio.ofFraction(parts / 1000)),
      atLeast: fc.integer({ min: 4, max: 100 }),
    }),
    { nil: undefined },
  ),
  bothWays: fc.boolean(),
  pairs: fc.integer({ min: 1, max: 10_000 }),
  parallel: fc.boolean(),
  interference: fc.boolean(),
  coolDown: durationFrom(0, 600),
  budget: durationFrom(1, 86_400),
  seed: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined }),
  pushGateway: fc.constantFrom(undefined, 'http://push:9091', 'https://push.example/base'),
});

test('each scenario is what its document parses to, also after JSON', () => {
  fc.assert(
    fc.property(anyScenario, (scenario) => {
      const document: unknown = JSON.parse(JSON.stringify(scenarioDocument(scenario)));
      expect(parse(document)).toEqual(scenario);
    }),
  );
});
