import type { Benchmark, BenchmarkPort, Metric, Parameters } from '../benchmark/benchmark';
import type { LatencyHistogram } from '../record/histogram';

export const probeNames = ['tcp-rr', 'connect', 'udp', 'throughput', 'http'] as const;
/** As on the command line; the benchmark's name has `probe-` before it. */
export type ProbeName = (typeof probeNames)[number];

/** What one measurement is to be. */
export interface ProbeLoad extends Parameters {
  readonly peer: Peer;
  /** Ends it before its time, with an error. */
  readonly signal: AbortSignal;
}

/** A server, as its client knows it. */
export interface Peer {
  /** An IP address: a name is looked up once, before, so that no look-up is in a figure. */
  readonly host: string;
  readonly port: number;
}

/** What was measured. */
export interface Measured {
  /** By metric name. */
  readonly values: Readonly<Record<string, number>>;
  readonly histogram?: LatencyHistogram;
  /** Events a second, where a rate was asked for. */
  readonly reachedRate?: number;
}

/** A server that listens. */
export interface ProbeServer {
  readonly port: number;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** Where a server is to listen. */
export interface ListenAt {
  /** 0: any that is free. */
  readonly port: number;
  /** Default: each address of the machine. */
  readonly host?: string | undefined;
}

/** One built-in probe: what it is for the table of benchmarks, and its two programs. One file each. */
export interface Probe {
  readonly name: ProbeName;
  readonly title: string;
  readonly port: number;
  readonly ports: readonly BenchmarkPort[];
  readonly metrics: Benchmark['metrics'];
  readonly ignores: readonly (keyof Parameters)[];
  /** Bytes that `size` may be. */
  readonly sizes: Bounds;
  /** Events a second that `rate` may be. */
  readonly rates: Bounds;
  /** @throws PodlagError `cannot-listen` */
  readonly serve: (at: ListenAt) => Promise<ProbeServer>;
  /** @throws PodlagError `tool-failed`, `tool-timeout` */
  readonly measure: (load: ProbeLoad) => Promise<Measured>;
}

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** The two figures of anything that is done again and again and takes its time. */
export function timeMetrics(name: string, what: string, roundTrips: number): readonly [Metric, Metric] {
  return [
    {
      name: `${name}_median`,
      unit: 's',
      better: 'lower',
      roundTrips,
      statistic: 'median',
      meaning: `${what}; half of them took no longer.`,
    },
    {
      name: `${name}_p99`,
      unit: 's',
      better: 'lower',
      roundTrips,
      statistic: 'p99',
      meaning: `${what}; 99 of 100 took no longer.`,
    },
  ];
}

/** The values of `timeMetrics`. */
export function timeValues(name: string, histogram: LatencyHistogram): Record<string, number> {
  return { [`${name}_median`]: histogram.quantile(0.5), [`${name}_p99`]: histogram.quantile(0.99) };
}
