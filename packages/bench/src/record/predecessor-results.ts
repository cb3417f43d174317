import type { WorkerRecord } from './manifest';
import type { Run } from './run';
import type { Sample } from './sample';

/** The results file of podlag's predecessor, field for field, for what reads such files already. */
export interface PredecessorResults {
  readonly results: readonly PredecessorResult[];
}

interface PredecessorResult {
  /** Of stdout, at most 64 KiB; of stderr, where that is empty. */
  readonly output: string;
  readonly task: {
    readonly command: string;
    readonly args: readonly string[];
    readonly task_options: {
      /** Rounded up; 0 where the tool was never begun. */
      readonly timeout_seconds: number;
    };
    /**
     * Exit code; -1 where the tool did not end by itself, as Go's ProcessState says it, and where its sample does not count for
     * another reason.
     */
    readonly status: number;
    readonly client: PredecessorWorker;
    readonly server: PredecessorWorker;
  };
}

interface PredecessorWorker {
  readonly worker: string;
  /** Its first address; empty where none is recorded. */
  readonly ip: string;
  readonly vm: {
    /** The node's name. */
    readonly hostname: string;
    /** Empty where it is not known. */
    readonly availability_zone: string;
  };
  /** False for a worker that was lost: it takes no task. Else true: a task is written when it is over. */
  readonly idle: boolean;
}

/** Every sample of `run`, those of the interference check too, in order. A failed one has what its tool wrote, and no figure. */
export function predecessorResults({ manifest, samples }: Run): PredecessorResults {
  const workers = new Map(manifest.workers.map((worker) => [worker.name, worker]));
  return { results: samples.map((sample) => resultOf(sample, workers)) };
}

function resultOf(sample: Sample, workers: ReadonlyMap<string, WorkerRecord>): PredecessorResult {
  const { raw, argv, client, server } = sample;
  const [command = '', ...args] = argv;
  return {
    output: raw.stdout === '' ? raw.stderr : raw.stdout,
    task: {
      ...{ command, args },
      task_options: { timeout_seconds: Math.ceil(sample.timeoutSeconds ?? 0) },
      status: statusOf(sample),
      client: workerOf(client, workers.get(client)),
      server: workerOf(server, workers.get(server)),
    },
  };
}

function statusOf({ status, exitCode = -1 }: Sample): number {
  return status !== 'ok' && exitCode === 0 ? -1 : exitCode;
}

function workerOf(name: string, record: WorkerRecord | undefined): PredecessorWorker {
  return {
    worker: name,
    ip: record?.addresses[0] ?? '',
    vm: { hostname: record?.node ?? '', availability_zone: record?.zone ?? '' },
    idle: record?.lost === undefined,
  };
}
