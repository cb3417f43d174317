import type { SelfCheck } from '../record/sample';

/** What a figure counts, in SI units: a time, a rate of bytes, a rate of events, or a share from 0 to 1. */
export type Unit = 's' | 'B/s' | '1/s' | 'ratio';

/** What one figure says of many times. A loss moves a mean, a jitter the least of all, neither the median. */
export const statistics = ['median', 'mean', 'minimum', 'p99'] as const;
export type Statistic = (typeof statistics)[number];

/** One figure that a benchmark measures. */
export interface Metric {
  /** As `round_trip_median`; unique in its benchmark. */
  readonly name: string;
  readonly unit: Unit;
  readonly better: 'lower' | 'higher';
  /** How many network round trips one such figure holds: 1 for a request on a kept connection, 0.5 for a one-way latency. Only of times. */
  readonly roundTrips?: number;
  /** With `roundTrips` always: which statistic of such times it is. */
  readonly statistic?: Statistic;
  /** A sentence for people: what it is, and of what it is not. */
  readonly meaning: string;
}

/** What a scenario may say of one use of a benchmark. A benchmark that has no use for one of them names it in `ignores`. */
export interface Parameters {
  /** How long the tool measures, seconds. */
  readonly seconds: number;
  /** Thrown away before that, seconds. */
  readonly warmUpSeconds: number;
  /** Connections at the same time, at least 1. */
  readonly streams: number;
  /** Bytes of one message or request. Undefined: the tool's own default. */
  readonly size: number | undefined;
  /** Events a second that are asked for; undefined: as many as it can. */
  readonly rate: number | undefined;
}

/** Why a benchmark cannot run with a parameter, for whoever wrote the scenario. */
export interface ParameterProblem {
  readonly parameter: keyof Parameters;
  /** As `is 0.5 s, and netperf counts whole seconds from 1 on`. */
  readonly problem: string;
}

/** Where the client finds its server. */
export interface ServerAddress {
  /** Of the server's worker, or of its Service. */
  readonly host: string;
}

/** What came out of a tool that ended by itself with exit code 0. */
export interface ToolOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a tool's output says, once it is understood. */
export interface Reading {
  /** By metric name; each of the benchmark's metrics, all finite. */
  readonly values: Readonly<Record<string, number>>;
  /** Of each single measurement, where the tool tells them: seconds. HdrHistogram's compressed V2 encoding, base64, in nanoseconds. */
  readonly histogram?: string;
  /** Events a second that were reached, where a rate was asked for. */
  readonly reachedRate?: number;
  /** How the tool says that it did itself, where it says so: its reasons count as the worker's do. */
  readonly selfCheck?: SelfCheck;
}

/** A program of the image or of PATH, or podlag's own probe. */
export type Program =
  | { readonly kind: 'tool'; readonly name: 'iperf3' | 'netperf' | 'netserver' | 'qperf' | 'fortio' }
  | { readonly kind: 'probe' };

/** A command line: values of ours alone, printed from numbers and addresses that were parsed. */
export interface ToolCommand {
  readonly program: Program;
  readonly args: readonly string[];
}

/** One benchmark: one file in `tools/` or `probe/`, and one row in `benchmarks.ts`. */
export interface Benchmark {
  /** As in a scenario file: `iperf3-tcp`. */
  readonly name: string;
  readonly title: string;
  /** TCP or UDP ports on which its server is reached, pinned, so that Services and meshes can know them. */
  readonly ports: readonly BenchmarkPort[];
  /** The first is the one that is compared when nobody says otherwise. */
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly ignores: readonly (keyof Parameters)[];
  /** What is wrong with parameters that the tool cannot take; undefined when it can, as where there is no check. */
  readonly check?: (parameters: Parameters) => ParameterProblem | undefined;
  /** Its version is recorded: the output is a version's. */
  readonly version: ToolCommand;
  /** Of `version`'s output. @throws PodlagError `unreadable-output` */
  readonly readVersion: (output: ToolOutput) => string;
  /** Runs until it is ended, and serves one client after another. */
  readonly server: (parameters: Parameters) => ToolCommand;
  readonly client: (parameters: Parameters, server: ServerAddress) => ToolCommand;
  /**
   * @throws PodlagError `unreadable-output` for anything that is not the whole output of a version that is known;
   * `tool-failed` when the output is whole and says that the measurement failed
   */
  readonly read: (output: ToolOutput, parameters: Parameters) => Reading;
  /** What a tool that ended badly says of why, where that is not the last line of its stderr; undefined when it says nothing. */
  readonly complaint?: (output: ToolOutput) => string | undefined;
}

export interface BenchmarkPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** A server is ready when it listens here; exactly one of a benchmark's TCP ports. */
  readonly ready?: true;
}
