import type { Statistic } from '../benchmark/benchmark';

/** A worker, as the run saw it. */
export interface WorkerRecord {
  readonly name: string;
  readonly node: string;
  readonly zone: string | undefined;
  readonly network: 'pod' | 'host';
  readonly addresses: readonly string[];
  /** By benchmark: the tool's version, or why it cannot run there. */
  readonly tools: Readonly<Record<string, { readonly version?: string; readonly problem?: string }>>;
  readonly environment: Environment;
  /** Undefined while it works; why it was lost. */
  readonly lost?: string;
}

/** What may make two runs differ without anybody's wanting it. Absent: could not be read there. All texts as the system says them. */
export interface Environment {
  /** `uname -r`. */
  readonly kernel?: string;
  readonly architecture?: string;
  readonly cpuModel?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  /** Of the device of the default route. */
  readonly device?: string;
  readonly mtu?: number;
  /** Root qdisc of that device. */
  readonly qdisc?: string;
  /** net.ipv4.tcp_congestion_control. */
  readonly congestionControl?: string;
  /** CPU limit of the cgroup, in CPUs. */
  readonly cpuLimit?: number;
  readonly node?: string;
  readonly zone?: string;
  /** The node's instance type, kubelet's version, container runtime and OS image, where the launcher could read them. */
  readonly instanceType?: string;
  readonly kubelet?: string;
  readonly containerRuntime?: string;
  readonly osImage?: string;
  readonly podlag?: string;
  readonly image?: string;
}

export const runPhases = ['waiting', 'running', 'finished', 'aborted', 'failed'] as const;
export type RunPhase = (typeof runPhases)[number];

/** manifest.json beside samples.ndjson: all that is needed to understand them. */
export interface Manifest {
  /** Of this format: 1. */
  readonly version: 1;
  /** `NAME-YYYYMMDD-HHMMSS-xxxx`; a DNS label. */
  readonly run: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly phase: RunPhase;
  /** Why it ended before its end; of one that runs, why no more of it came here. */
  readonly problem?: { readonly code: string; readonly detail: string; readonly hint: string };
  readonly seed: number;
  /** The scenario, as `scenarioDocument` prints it. */
  readonly scenario: unknown;
  /** What each use measures. */
  readonly uses: readonly UseRecord[];
  readonly workers: readonly WorkerRecord[];
  readonly leftOut: readonly string[];
  /** Trials that were planned; how many samples are there, and how many of them are not ok. */
  readonly planned: number;
  readonly samples: number;
  readonly failed: number;
  /** By condition. */
  readonly asked: Readonly<Record<string, AskedOfCondition>>;
  /** Kubernetes' version, where there is one. */
  readonly kubernetes?: string;
}

/** What a condition asks for, reckoned from the scenario. Nobody measured it, and no agent said so. */
export interface AskedOfCondition {
  /** What it adds to a round trip, seconds; absent where that is no fixed time. */
  readonly addedRoundTrip?: number;
  /** Of which statistics of many round trips that is so, where its faults move the others otherwise; absent: of all. */
  readonly statistics?: readonly Statistic[];
}

export interface UseRecord {
  readonly name: string;
  readonly benchmark: string;
  readonly metrics: readonly {
    readonly name: string;
    readonly unit: 's' | 'B/s' | '1/s' | 'ratio';
    readonly better: 'lower' | 'higher';
    readonly roundTrips?: number;
    readonly statistic?: Statistic;
  }[];
}
