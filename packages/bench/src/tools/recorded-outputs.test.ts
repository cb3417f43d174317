import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import type { Parameters, Reading } from '../benchmark/benchmark';
import { benchmarkNamed } from '../benchmark/benchmarks';
import { LatencyHistogram } from '../record/histogram';

/** One run of a real tool, by test/fixtures/tools/record.mjs. */
interface Recorded {
  readonly benchmark: string;
  readonly variant: string;
  readonly version: string;
  readonly host: string;
  readonly parameters: Partial<Parameters> & Pick<Parameters, 'seconds' | 'warmUpSeconds' | 'streams'>;
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stderr: string;
}

const folder = join(__dirname, '../../test/fixtures/tools');
const recorded = JSON.parse(readFileSync(join(folder, 'recorded.json'), 'utf8')) as readonly Recorded[];
const outputs = new Map(
  recorded.map((one) => [one, readFileSync(join(folder, one.benchmark, `${one.variant}.txt`), 'utf8')]),
);
const outputOf = (one: Recorded): string => outputs.get(one)!;
const parametersOf = ({ parameters }: Recorded): Parameters => ({
  size: undefined,
  rate: undefined,
  ...parameters,
});

const read = (of: Recorded, stdout = outputOf(of), parameters = parametersOf(of)): Reading =>
  benchmarkNamed(of.benchmark).read({ stdout, stderr: of.stderr }, parameters);

const titled = (all: readonly Recorded[]): [string, Recorded][] =>
  all.map((one) => [`${one.benchmark}, ${one.variant}`, one]);
const good = recorded.filter(({ variant }) => variant !== 'no-server');
const oneOfEach = [...new Map(recorded.toReversed().map((one) => [one.benchmark, one])).values()].map(
  ({ benchmark }) => good.find((one) => one.benchmark === benchmark)!,
);

/** What a reading of changed output may be: the same, or a refusal; anything else that is thrown is a defect. */
function outcome(of: Recorded, stdout: string): 'same' | 'refused' | Reading {
  try {
    const reading = read(of, stdout);
    return JSON.stringify(reading) === unchanged(of) ? 'same' : reading;
  } catch (error) {
    if (isPodlagError(error, 'unreadable-output') || isPodlagError(error, 'tool-failed')) return 'refused';
    throw error;
  }
}

const readings = new Map<Recorded, string>();
function unchanged(of: Recorded): string {
  const known = readings.get(of) ?? JSON.stringify(read(of));
  readings.set(of, known);
  return known;
}

test('every tool is recorded in some variants', () => {
  expect(oneOfEach.map(({ benchmark }) => benchmark).sort()).toEqual(
    ['fortio-http', 'fortio-tcp', 'iperf3-tcp', 'netperf-tcp-rr', 'netperf-tcp-stream', 'qperf-tcp'].sort(),
  );
  expect(good.length).toBeGreaterThanOrEqual(6 * 5);
});

test.each(titled(good))('%s: is read, and has each metric of the benchmark', (_, one) => {
  const { metrics } = benchmarkNamed(one.benchmark);
  const { values } = read(one);
  expect(Object.keys(values).sort()).toEqual(metrics.map(({ name }) => name).sort());
  for (const { name } of metrics) expect(values[name]).toBeGreaterThanOrEqual(0);
  expect(values[metrics[0].name]).toBeGreaterThan(0);
});

test.each(titled(recorded))('%s: was made by the command line that a worker runs today', (_, one) => {
  const { program, args } = benchmarkNamed(one.benchmark).client(parametersOf(one), { host: one.host });
  expect([program.kind === 'tool' && program.name, ...args]).toEqual(one.argv);
});

test.each([
  ['netperf-tcp-rr', 'round_trip_min', 1],
  ['netperf-tcp-rr', 'round_trip_median', 1],
  ['fortio-tcp', 'round_trip_min', 1],
  ['fortio-http', 'round_trip_min', 1],
  ['qperf-tcp', 'latency', 0.5],
] as const)("a delay of 20 ms shows in %s's %s as %s of a round trip", (benchmark, metric, roundTrips) => {
  const one = good.find((other) => other.benchmark === benchmark && other.variant === 'delayed-20ms')!;
  const value = read(one).values[metric]!;
  expect(value).toBeGreaterThan(0.02 * roundTrips);
  // What the machine added, on which these were recorded.
  expect(value).toBeLessThan(0.024 * roundTrips);
});

test.each([['iperf3-tcp'], ['netperf-tcp-stream'], ['qperf-tcp']])(
  'a link of 8 Mbit/s shows as nearly 1 MB/s in %s',
  (benchmark) => {
    const one = good.find((other) => other.benchmark === benchmark && other.variant === 'slow-link')!;
    expect(read(one).values.throughput).toBeGreaterThan(0.8e6);
    expect(read(one).values.throughput).toBeLessThan(1e6);
  },
);

describe('where there was no server', () => {
  test.each(titled(recorded.filter(({ variant }) => variant === 'no-server')))(
    '%s: nothing is read',
    (_, one) => {
      expect(outcome(one, outputOf(one))).toBe('refused');
    },
  );

  test('iperf3 says why in its JSON, and its complaint is that', () => {
    const one = recorded.find(
      ({ benchmark, variant }) => benchmark === 'iperf3-tcp' && variant === 'no-server',
    )!;
    expect(one.exitCode).toBe(1);
    const complaint = benchmarkNamed('iperf3-tcp').complaint?.({ stdout: outputOf(one), stderr: '' });
    expect(complaint).toMatch(/^unable to connect to server/);
    expect(benchmarkNamed('iperf3-tcp').complaint?.({ stdout: '', stderr: '' })).toBeUndefined();
  });

  test('fortio ends well all the same, and its output is refused for what it counts', () => {
    const one = recorded.find(
      ({ benchmark, variant }) => benchmark === 'fortio-tcp' && variant === 'no-server',
    )!;
    expect(one.exitCode).toBe(0);
    expect(() => read(one)).toThrow(/requests failed: .*connection refused/);
  });
});

describe.each(titled(oneOfEach))('%s', (_, one) => {
  const output = outputOf(one);

  test.each([
    ['empty', ''],
    ['white space', ' \n'],
    ['a line of a shell', 'sh: 1: tool: not found\n'],
    ['with a line behind it', `${output}Warning: something\n`],
    ['twice', `${output}${output}`],
    [
      'of another tool',
      outputOf(oneOfEach.find(({ benchmark }) => !benchmark.startsWith(one.benchmark.slice(0, 3)))!),
    ],
  ])('is refused when it is %s', (_what, text) => {
    expect(outcome(one, text)).toBe('refused');
  });

  test('is refused wherever it is cut', () => {
    const step = Math.ceil(output.length / 300);
    const lengths = Array.from(
      { length: Math.ceil(output.trimEnd().length / step) },
      (_, index) => index * step,
    );
    expect(lengths.filter((length) => outcome(one, output.slice(0, length)) !== 'refused')).toEqual([]);
  });

  const askedElse: [string, Partial<Parameters>][] = [
    ['longer than it measured', { seconds: 60 }],
    ...(/netperf|qperf/.test(one.benchmark) ? [] : [['of more streams', { streams: 7 }] as [string, object]]),
    one.benchmark.startsWith('fortio') ? ['of a rate', { rate: 10 }] : ['of a size', { size: 777 }],
  ];
  test.each(askedElse)('is refused when what was asked for was %s', (_what, other) => {
    expect(() => read(one, output, { ...parametersOf(one), ...other })).toThrow(/asked/);
  });
});

/** Values that are rubbish wherever they stand. */
const rubbish = [
  '-nan',
  'nan',
  'inf',
  '-1',
  '1.8e19',
  '18446744073709551615',
  'x',
  '',
  '1,5',
  '0x10',
  '1e400',
];

describe.each(titled(oneOfEach.filter(({ benchmark }) => !/^(netperf|qperf)/.test(benchmark))))(
  '%s',
  (_, one) => {
    const document = JSON.parse(outputOf(one)) as unknown;

    test('gives no other figure, whatever one field of it becomes', () => {
      const others: unknown[] = [];
      let refused = 0;
      for (const path of pathsOf(document).filter(isNotLikeAnother)) {
        for (const value of [undefined, null, -1, 1.8e19, 'x', [], {}, true, '12']) {
          const result = outcome(one, JSON.stringify(changed(document, path, value)));
          expect([path, value, result]).toEqual([path, value, expect.stringMatching(/^(same|refused)$/)]);
          if (result === 'refused') refused++;
        }
      }
      expect(others).toEqual([]);
      expect(refused).toBeGreaterThan(50);
    });

    test('names the field that is no number', () => {
      const text = outputOf(one).replace(/"(bits_per_second|Avg)":\s*[0-9.e+]+/, '"$1": -nan');
      expect(() => read(one, text)).toThrow(/bits_per_second is -nan|Avg is -nan/);
    });
  },
);

describe.each(titled(oneOfEach.filter(({ benchmark }) => /^(netperf|qperf)/.test(benchmark))))(
  '%s',
  (_, one) => {
    const lines = outputOf(one).split('\n').slice(0, -1);

    test('gives no other figure, whatever one line of it becomes', () => {
      const others: unknown[] = [];
      let refused = 0;
      for (const [index, line] of lines.entries()) {
        const values = rubbish.map((value) => line.replace(/(= *)[^ ]+/, `$1${value}`));
        for (const other of [[], [line, line], [''], ...values.map((value) => [value])]) {
          const result = outcome(one, `${lines.toSpliced(index, 1, ...other).join('\n')}\n`);
          expect([line, other, result]).toEqual([line, other, expect.stringMatching(/^(same|refused)$/)]);
          if (result === 'refused') refused++;
        }
      }
      expect(others).toEqual([]);
      expect(refused).toBeGreaterThan(50);
    });
  },
);

test.each([
  ['iperf3-tcp', /"sum_received":[^}]*"bits_per_second":\s*([0-9.e+]+)/],
  ['iperf3-tcp', /"sum_received":[^}]*"bytes":\s*([0-9.e+]+)/],
  ['iperf3-tcp', /"sum_sent":[^}]*"retransmits":\s*([0-9.e+]+)/],
  ['netperf-tcp-rr', /THROUGHPUT=([0-9.]+)/],
  ['netperf-tcp-rr', /RT_LATENCY=([0-9.]+)/],
  ['netperf-tcp-rr', /P50_LATENCY=([0-9.]+)/],
  ['netperf-tcp-rr', /P99_LATENCY=([0-9.]+)/],
  ['netperf-tcp-rr', /MIN_LATENCY=([0-9.]+)/],
  ['netperf-tcp-stream', /REMOTE_RECV_THROUGHPUT=([0-9.]+)/],
  ['qperf-tcp', /latency +=\s+([0-9.]+)/],
  ['qperf-tcp', /bw +=\s+([0-9.]+)/],
  ['fortio-tcp', /"Avg":\s*([0-9.e-]+)/],
  ['fortio-tcp', /"Min":\s*([0-9.e-]+)/],
  ['fortio-tcp', /"Value":\s*([0-9.e-]+)/],
  ['fortio-http', /"ActualQPS":\s*([0-9.e-]+)/],
] as const)('%s: a figure in another unit is refused, as %s', (benchmark, place) => {
  const one = oneOfEach.find((other) => other.benchmark === benchmark)!;
  const scaled = outputOf(one).replace(place, (whole, figure: string) =>
    whole.replace(new RegExp(`${figure.replaceAll('.', '\\.')}$`), `${Number(figure) * 1000}`),
  );
  expect(scaled).not.toBe(outputOf(one));
  expect(outcome(one, scaled)).toBe('refused');
});

test.each([
  ['qperf-tcp', / ns\n/, ' us\n'],
  ['qperf-tcp', / bytes\/sec\n/, ' MB/sec\n'],
  ['netperf-tcp-rr', /Trans\/s/, 'Trans/min'],
  ['netperf-tcp-stream', /KBytes\/s/, 'MBytes/s'],
] as const)(
  '%s: another unit than the one that was asked for is refused, where %s stood',
  (benchmark, known, other) => {
    const one = oneOfEach.find((candidate) => candidate.benchmark === benchmark)!;
    expect(outputOf(one)).toMatch(known);
    expect(outcome(one, outputOf(one).replace(known, other))).toBe('refused');
  },
);

test.each([
  ['iperf3-tcp', 'iperf 3.18', 'iperf 2.1.9'],
  ['fortio-tcp', '"Version": "1.68.2"', '"Version": "2.0.0"'],
  ['fortio-http', '"Version": "1.68.2"', '"Version": "dev"'],
] as const)('%s: the output of another version is refused', (benchmark, known, other) => {
  const one = oneOfEach.find((candidate) => candidate.benchmark === benchmark)!;
  expect(outputOf(one)).toContain(known);
  expect(outcome(one, outputOf(one).replace(known, other))).toBe('refused');
});

test.each([
  ['iperf3-tcp', 'iperf 3.18 (cJSON 1.7.15)\nLinux node-a 6.12.0\n', '3.18'],
  ['iperf3-tcp', 'iperf 3.1.3\n', '3.1.3'],
  ['netperf-tcp-rr', 'Netperf version 2.7.1\n', '2.7.1'],
  ['qperf-tcp', 'qperf 0.4.11\n', '0.4.11'],
  ['fortio-tcp', '1.68.2\n', '1.68.2'],
])('%s: the version is read of %j', (benchmark, stdout, version) => {
  expect(benchmarkNamed(benchmark).readVersion({ stdout, stderr: '' })).toBe(version);
});

test.each([
  ['iperf3-tcp', 'iperf version 2.1.9 (14 March 2023) pthreads\n'],
  ['netperf-tcp-rr', 'Netperf version 2.6.0\n'],
  ['qperf-tcp', 'qperf 0.5.0\n'],
  ['fortio-http', ''],
])('%s: %j is no version whose output is known', (benchmark, stdout) => {
  expect(() => benchmarkNamed(benchmark).readVersion({ stdout, stderr: '' })).toThrow(/the version/);
});

describe.each(titled(good.filter(({ benchmark }) => benchmark.startsWith('fortio'))))('%s', (_, one) => {
  const durations = (JSON.parse(outputOf(one)) as { DurationHistogram: Durations }).DurationHistogram;

  test('its histogram has each request, and the same percentiles', () => {
    const histogram = LatencyHistogram.decode(read(one).histogram!);
    expect(histogram.recordCount).toBe(durations.Count);
    for (const { Percentile, Value } of durations.Percentiles) {
      const { Start, End } = durations.Data.find(({ Percent }) => Percentile <= Percent)!;
      const apart = Math.abs(histogram.quantile(Percentile / 100) - Value);
      // A bucket's requests are spread over 32 points of it at most, and each is kept with three digits.
      const { Count } = durations.Data.find(({ Percent }) => Percentile <= Percent)!;
      expect(apart).toBeLessThanOrEqual((End - Start) / Math.min(Count, 32) + 0.001 * Value);
    }
  });

  test('what was reached is told where a rate was asked for', () => {
    expect(read(one).reachedRate).toBe(
      one.parameters.rate === undefined ? undefined : read(one).values.requests,
    );
  });
});

interface Durations {
  readonly Count: number;
  readonly Data: readonly { Start: number; End: number; Percent: number; Count: number }[];
  readonly Percentiles: readonly { Percentile: number; Value: number }[];
}

type Path = readonly (string | number)[];

/** Of every object, list and leaf. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

/** Of a long list, the first two stand for all. */
const isNotLikeAnother = (path: Path): boolean => path.every((key) => !/^([2-9]|[0-9]{2,})$/.test(`${key}`));

/** The document with another value at a place; `undefined` removes it. */
function changed(document: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(document);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy) as Record<string, unknown>;
  const last = path.at(-1)!;
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy;
}
