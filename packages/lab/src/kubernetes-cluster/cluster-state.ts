import { readFile, rename, writeFile } from 'node:fs/promises';
import { TaskQueue } from '@podlag/core';
import type { ProcessIdentity } from './process-identity';

/** What a user chooses. */
export interface ClusterOptions {
  /** A /14, as `10.76.0.0/14`. */
  readonly network: string;
  /** How many. */
  readonly nodes: number;
  /** Of each node, in MiB. */
  readonly memoryMb: number;
}

/** How far a cluster is. Times are ISO 8601. */
export type ClusterPhase =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly since: string }
  /** It did not come up: its logs are there, and nothing of it runs. */
  | { readonly kind: 'failed'; readonly reason: string; readonly hint: string }
  | { readonly kind: 'stopping' };

/** One step of its start. Some go on at the same time. */
export interface ClusterStep {
  readonly title: string;
  readonly outcome: StepOutcome;
}

export type StepOutcome =
  { readonly kind: 'running' } | { readonly kind: 'done' | 'failed'; readonly seconds: number };

export interface ClusterNode {
  readonly name: string;
  readonly address: string;
  readonly podRange: string;
  readonly kernel: NodeKernel;
}

export type NodeKernel =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'runs' }
  /** By itself. It is not started again: what ended it is worth a look. */
  | { readonly kind: 'ended'; readonly reason: string };

export interface ClusterServer {
  readonly name: string;
  /** Absent while there is none. */
  readonly pid?: number;
  readonly restarts: number;
  readonly log: string;
}

/** All that is known of a cluster to those who did not start it. */
export interface ClusterState {
  /** Of this file. */
  readonly format: typeof stateFormat;
  readonly options: ClusterOptions;
  /** Digest of the images on its nodes. */
  readonly images: string;
  /** Kubernetes' release, `v1.36.3`. */
  readonly version: string;
  readonly createdAt: string;
  /** The `up` that started it. It ends when the cluster is ready. */
  readonly starter: ProcessIdentity;
  /** The parent of all that runs. Absent before it has started. */
  readonly supervisor?: ProcessIdentity;
  readonly phase: ClusterPhase;
  readonly steps: readonly ClusterStep[];
  readonly nodes: readonly ClusterNode[];
  readonly servers: readonly ClusterServer[];
}

/** Raised when an older podlag could misread it. */
export const stateFormat = 1;

/** Undefined for what is no state of this format: who finds it knows that there is a cluster, and no more. */
export function parseClusterState(text: string): ClusterState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isState =
    typeof value === 'object' && value !== null && 'format' in value && value.format === stateFormat;
  return isState ? (value as ClusterState) : undefined;
}

export function printClusterState(state: ClusterState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}

/** Undefined when there is no such file, or it is no state. */
export async function readClusterState(file: string): Promise<ClusterState | undefined> {
  const [text] = await Promise.allSettled([readFile(file, 'utf8')]);
  return text.status === 'fulfilled' ? parseClusterState(text.value) : undefined;
}

/** The state of a cluster in the hands of the one process that changes it. Who reads the file sees it whole. */
export class ClusterStateFile {
  readonly #queue = new TaskQueue();

  /** @param warn default: to standard error, which is a supervisor's log */
  constructor(
    private readonly path: string,
    private state: ClusterState,
    private readonly warn: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
  ) {}

  get current(): ClusterState {
    return this.state;
  }

  /**
   * Changes are written in their order.
   *
   * @throws Error of the file system; the change stands all the same, and is written with the next one
   */
  async change(change: (state: ClusterState) => Partial<ClusterState>): Promise<void> {
    this.state = { ...this.state, ...change(this.state) };
    const text = printClusterState(this.state);
    await this.#queue.run(async () => {
      const next = `${this.path}.next`;
      await writeFile(next, text);
      await rename(next, this.path);
    });
  }

  /** As `change`, for what a cluster does not stand or fall with: where it cannot be written, that is said. Never rejects. */
  async note(change: (state: ClusterState) => Partial<ClusterState>): Promise<void> {
    await this.change(change).catch((error: unknown) =>
      this.warn(`${this.path} is behind, for it could not be written: ${String(error)}`),
    );
  }
}
