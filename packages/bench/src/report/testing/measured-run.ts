import { benchmarkNamed } from '../../benchmark/benchmarks';
import type { Metric } from '../../benchmark/benchmark';
import { newManifest } from '../../orchestrator/run-manifest';
import { LatencyHistogram } from '../../record/histogram';
import type { Manifest, WorkerRecord } from '../../record/manifest';
import type { Run } from '../../record/run';
import type { Sample } from '../../record/sample';
import { parseScenario } from '../../scenario/scenario-document';
import { schedule } from '../../schedule/schedule';
import type { Trial } from '../../schedule/trial';
import { seededRandom, type Random } from '../../statistics/seeded-random';
import { askedRoundTrip } from '../../observed/asked-round-trip';

/** For tests: of a run that was drawn by lot, and not measured. */
export interface DrawnRunOptions {
  readonly run?: string;
  readonly seed?: number;
  /** Added to each round trip, seconds, by nobody's wish. */
  readonly slower?: number;
  /** Of the samples, so many fail. Default 0.02. */
  readonly failing?: number;
  /** A scenario file's fields, where they are to be others. */
  readonly scenario?: Readonly<Record<string, unknown>>;
  readonly workers?: number;
}

const scenarioFields = {
  name: 'cross-node',
  benchmarks: ['netperf-tcp-rr', 'fortio-http', { name: 'bulk', benchmark: 'iperf3-tcp', streams: 4 }],
  placements: ['other-node'],
  conditions: [{ name: 'slow', side: 'client', faults: [{ name: 'slow', delay: { time: '20ms' } }] }],
  repeats: 6,
};

/** For tests: a whole run by a real schedule, with figures as such benchmarks have them. The same options give the same run. */
export function measuredRun(options: DrawnRunOptions = {}): Run {
  const { run = 'cross-node-20260102-030405-ab12', seed = 7, failing = 0.02 } = options;
  const scenario = parseScenario({ ...scenarioFields, ...options.scenario });
  const workers = Array.from({ length: options.workers ?? 3 }, (_, index) => workerRecord(index));
  const random = seededRandom(seed);
  const startedMs = Date.parse('2026-01-02T03:04:05.000Z');
  const benchmarks = scenario.benchmarks.map(({ benchmark }) => benchmarkNamed(benchmark));
  const trials = schedule(scenario, workers, seed).rounds.flat();
  const samples = trials.map((trial, seq): Sample => {
    const startedAt = new Date(startedMs + trial.round * 12_500 + 800).toISOString();
    const endedAt = new Date(startedMs + trial.round * 12_500 + 11_900).toISOString();
    const { benchmark } = scenario.benchmarks.find(({ name }) => name === trial.use) ?? { benchmark: '' };
    const condition = scenario.conditions.find(({ name }) => name === trial.condition);
    const delay = condition === undefined ? 0 : (askedRoundTrip(condition)?.milliseconds ?? 0) / 1000;
    const attempt = {
      ...{ trial: trial.id, run, use: trial.use, benchmark, path: trial.path, placement: trial.placement },
      ...{ condition: trial.condition, client: trial.client, server: trial.server, purpose: trial.purpose },
      ...{ block: trial.block, round: trial.round, seq, startedAt, endedAt, timeoutSeconds: 25 },
      argv: [
        'netperf',
        '-H',
        `10.0.0.${workers.findIndex(({ name }) => name === trial.server)}`,
        '-o',
        "it's",
      ],
      raw: { stdout: 'what the tool wrote', stderr: '', sha256: 'ab'.repeat(32), truncated: false },
    };
    return random() < failing
      ? { ...attempt, ...failure(random) }
      : {
          ...attempt,
          ...reading(trial, benchmarkNamed(benchmark).metrics, delay + (options.slower ?? 0), random),
        };
  });
  return {
    manifest: manifestOf(samples, newManifest({ run, scenario, benchmarks, seed, startedMs }), workers),
    samples,
  };
}

function manifestOf(samples: readonly Sample[], begun: Manifest, workers: readonly WorkerRecord[]): Manifest {
  const failed = samples.filter(({ status }) => status !== 'ok').length;
  const endedAt = samples.at(-1)?.endedAt;
  return {
    ...begun,
    ...{ phase: 'finished', workers, planned: samples.length, samples: samples.length, failed },
    ...(endedAt !== undefined && { endedAt }),
  };
}

function workerRecord(index: number): WorkerRecord {
  return {
    ...{
      name: `worker-${index}`,
      node: `node-${index}`,
      zone: 'zone-1',
      network: 'pod',
      addresses: [`10.0.0.${index}`],
    },
    tools: { 'netperf-tcp-rr': { version: '2.7.1' }, 'iperf3-tcp': { version: '3.18' } },
    environment: { kernel: '6.12.1', cpus: 4, mtu: 1450, qdisc: 'noqueue', cpuModel: `model ${index % 2}` },
  };
}

function failure(random: Random): Pick<Sample, 'status' | 'problem' | 'selfCheck'> {
  if (random() < 0.5)
    return {
      status: 'timeout',
      problem: {
        code: 'tool-timeout',
        detail: 'netperf did not end in 25 s',
        hint: 'See that the server is reached.',
      },
    };
  const reasons = ['the event loop was 212 ms late'];
  return {
    status: 'invalid',
    problem: { code: 'invalid-measurement', detail: reasons.join(), hint: 'Give the workers more CPU.' },
    selfCheck: { eventLoopDelay: 0.212, reasons },
  };
}

/** About normal, by the sum of many. */
function normal(random: Random): number {
  return Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
}

function reading(
  { use }: Trial,
  metrics: readonly Metric[],
  added: number,
  random: Random,
): Pick<Sample, 'status' | 'values' | 'histogram' | 'exitCode'> {
  const base = 0.0002 * Math.exp(0.03 * normal(random));
  const latencies = new LatencyHistogram();
  for (let count = 0; count < 3000; count += 1) {
    const tail = random() < 0.01 ? 4 * random() : 0;
    latencies.record(base * Math.exp(0.15 * normal(random) + tail) + added);
  }
  const middle = latencies.quantile(0.5);
  const values = Object.fromEntries(
    metrics.map(({ name, unit, roundTrips = 1 }, index) => [
      name,
      unit === 's' ? added * roundTrips + (middle - added) * (1 + index / 5) : rateOf(unit, middle, random),
    ]),
  );
  const histogram = use.startsWith('bulk') ? {} : { histogram: latencies.encode() };
  return { status: 'ok', exitCode: 0, values, ...histogram };
}

function rateOf(unit: Metric['unit'], roundTrip: number, random: Random): number {
  if (unit === 'ratio') return 0.01 * random();
  return unit === 'B/s'
    ? (117_000_000 * Math.exp(0.02 * normal(random))) / (1 + 20 * roundTrip)
    : 1 / roundTrip;
}
