import type { Path, Placement } from '../scenario/bench-scenario';

export const sampleStatuses = ['ok', 'timeout', 'parse_error', 'tool_error', 'invalid'] as const;
/**
 * `timeout`: the tool did not end in time. `parse_error`: its output was not understood. `tool_error`: it could not run,
 * ended badly, or its worker was lost. `invalid`: it measured, but the measurer's own check says not to believe it.
 */
export type SampleStatus = (typeof sampleStatuses)[number];

/** How the measurer itself did while it measured. */
export interface SelfCheck {
  /** 99th percentile of how late the worker's event loop was, seconds. */
  readonly eventLoopDelay: number;
  /** How often the cgroup was throttled for its CPU limit (`nr_throttled` of cpu.stat); undefined where there is none to read. */
  readonly throttled?: number;
  /** Reached of asked events, where a rate was asked for. */
  readonly reachedRate?: number;
  /** Why the sample is not to be believed, in words; empty for a good one. */
  readonly reasons: readonly string[];
}

/** One line of samples.ndjson. A figure is there only where it was measured. All values are in SI units. */
export interface Sample {
  /** The trial's id. */
  readonly trial: string;
  readonly run: string;
  readonly use: string;
  readonly benchmark: string;
  readonly path: Path;
  readonly placement: Placement;
  readonly condition: string;
  readonly client: string;
  readonly server: string;
  readonly purpose: 'sample' | 'alone' | 'company';
  readonly block: number;
  readonly round: number;
  /** In order of their ends, from 0, without gaps. */
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly status: SampleStatus;
  /** For each status but `ok`: one of the error table's codes, what was wrong, and what to do. */
  readonly problem?: { readonly code: string; readonly detail: string; readonly hint: string };
  /** By metric name. With `ok` all of the benchmark's; with `invalid` what was measured all the same; else none. */
  readonly values?: Readonly<Record<string, number>>;
  /** HdrHistogram, compressed V2, base64; nanoseconds. */
  readonly histogram?: string;
  readonly selfCheck?: SelfCheck;
  /** How long the tool might take, seconds. */
  readonly timeoutSeconds?: number;
  /** What was run, the program first, as it was. */
  readonly argv: readonly string[];
  readonly exitCode?: number;
  readonly raw: RawOutput;
}

/** What a tool wrote. */
export interface RawOutput {
  /** At most 64 KiB. */
  readonly stdout: string;
  /** At most 16 KiB. */
  readonly stderr: string;
  /** SHA-256 of the whole stdout, hexadecimal. */
  readonly sha256: string;
  /** Whether either is cut. */
  readonly truncated: boolean;
}
