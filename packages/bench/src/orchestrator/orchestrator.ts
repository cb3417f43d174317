import { isPodlagError, type PodlagError } from '@podlag/core';
import { Readable } from 'node:stream';
import type { Registry } from 'prom-client';
import { benchErrors } from '../bench-errors';
import { benchmarks } from '../benchmark/benchmarks';
import type { Manifest } from '../record/manifest';
import { readRun } from '../record/run';
import { ConditionFaults } from './condition-faults';
import type { OrchestratorParts } from './orchestrator-parts';
import { push } from './push';
import { isOver, RunRecord } from './run-record';
import { runStatus, statusBefore, type RunStatus } from './run-status';
import { RunningRounds } from './running-rounds';
import { longestTrialMs } from './trial-work';
import { problemOf } from './verdict';
import { SampleLog } from './sample-log';
import { WorkerRoster } from './worker-roster';

const defaultWorkersWithinMs = 120_000;

/** Runs one benchmark run to its end, or goes on with one whose orchestrator has died. */
export class Orchestrator {
  readonly #parts: Required<OrchestratorParts>;
  readonly #roster: WorkerRoster;
  readonly #faults: ConditionFaults;
  readonly #abort = new AbortController();
  readonly #fetched = Promise.withResolvers<undefined>();
  #record: RunRecord | undefined;
  /** Of a run that cannot be planned. */
  #unplanned: Manifest | undefined;
  #rounds: RunningRounds | undefined;

  constructor(parts: OrchestratorParts) {
    this.#parts = { benchmarks, workersWithinMs: defaultWorkersWithinMs, ...parts };
    this.#roster = new WorkerRoster(parts.workers, parts.hub);
    this.#faults = new ConditionFaults({
      faults: parts.faults,
      addressesOf: (worker) => this.#roster.addressesOf(worker),
      ...{ clock: parts.clock, logger: parts.log },
    });
  }

  /**
   * Resolves when nothing more is measured, whatever the reason: the manifest says it.
   *
   * @throws PodlagError `invalid-run` for a folder that cannot be read; and what the disk refuses
   */
  async run(): Promise<Manifest> {
    const found = await readRun(this.#parts.folder.path, { rawOutput: false });
    try {
      this.#record = RunRecord.of(found, await SampleLog.of(this.#parts.folder), this.#parts);
    } catch (error) {
      if (!isPodlagError(error)) throw error;
      return this.#impossible(found.manifest, error);
    }
    return isOver(found.manifest.phase) ? found.manifest : this.#runTo(this.#record);
  }

  async #runTo(record: RunRecord): Promise<Manifest> {
    const end = await this.#measured(record);
    this.#roster.closeDoor();
    const told = end.phase === 'finished' ? await this.#pushed(record) : [];
    const { manifest } = record;
    await record.change({
      ...end,
      endedAt: this.#now,
      leftOut: [...manifest.leftOut, ...told],
    });
    this.#parts.log.info({ phase: end.phase, samples: manifest.samples, failed: manifest.failed }, 'ended');
    return record.manifest;
  }

  /** Ends the run: what runs is cancelled, faults are taken away, and `run` resolves. */
  abort(reason: string): void {
    this.#abort.abort(benchErrors.error('run-aborted', reason));
  }

  /** Somebody has all of the results. @throws PodlagError `still-running` before the run has ended */
  fetched(): void {
    const { phase } = this.status();
    if (!isOver(phase)) throw benchErrors.error('still-running', `the run is ${phase}`);
    this.#fetched.resolve(undefined);
  }

  /** Resolves when somebody has fetched the results, or has had `linger` for it. */
  async lingered(signal: AbortSignal): Promise<void> {
    const { clock, linger } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = clock.after(linger.milliseconds, () => resolve(undefined));
    const stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([this.#fetched.promise, promise]);
    cancel();
    signal.removeEventListener('abort', stop);
  }

  status(): RunStatus {
    const { run } = this.#parts;
    const workers = this.#roster.statuses();
    const { manifest } = this;
    if (manifest === undefined) return statusBefore(run, this.#now, workers);
    return runStatus(manifest, workers, this.#rounds);
  }

  /** Undefined before `run` has read it. */
  get manifest(): Manifest | undefined {
    return this.#unplanned ?? this.#record?.manifest;
  }

  /** Lines of samples.ndjson from that `seq` on; not necessarily all. */
  samplesFrom(seq: number): Readable | undefined {
    // Whoever follows the run is to come to its end, and to the reason there.
    if (this.#unplanned !== undefined) return Readable.from([]);
    return this.#record?.log.linesFrom(seq);
  }

  /** For /metrics; undefined before `run` has read what there is. */
  get registry(): Registry | undefined {
    return this.#record?.metrics.live;
  }

  get #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }

  /** Whoever waits for the run learns why there is none where it looks for its end. */
  async #impossible(manifest: Manifest, error: PodlagError): Promise<Manifest> {
    this.#unplanned = isOver(manifest.phase)
      ? manifest
      : { ...manifest, phase: 'failed', problem: problemOf(error), endedAt: this.#now };
    this.#parts.log.error({ err: error }, 'failed');
    await this.#parts.folder.writeManifest(this.#unplanned);
    return this.#unplanned;
  }

  /** @returns how it ended; errors of ours as a failed run, others too, for what was measured is to be had all the same */
  async #measured(record: RunRecord): Promise<Pick<Manifest, 'phase' | 'problem'>> {
    const stopFollowing = this.#followWorkers(record);
    try {
      this.#suspectFaults(record);
      await this.#waitForWorkers(record);
      if (this.#wantsFaults) await this.#faults.begin();
      await this.#runRounds(record);
      return { phase: 'finished' };
    } catch (error) {
      return this.#failedBy(error);
    } finally {
      stopFollowing();
      await this.#faults.clearAll();
    }
  }

  /** Of this run, of one that was killed beside the same agents, or of an orchestrator that got no further than this. */
  #suspectFaults(record: RunRecord): void {
    const { workers, scenario } = this.#parts;
    if (this.#wantsFaults || record.log.count > 0 || record.manifest.phase === 'running')
      this.#faults.suspect(workers, longestTrialMs(scenario));
  }

  get #wantsFaults(): boolean {
    return this.#parts.scenario.conditions.some(({ faults }) => faults.length > 0);
  }

  async #waitForWorkers(record: RunRecord): Promise<void> {
    const { hub, workersWithinMs, log } = this.#parts;
    await record.change({ phase: 'waiting', leftOut: record.plan.leftOut });
    try {
      await hub.waitFor(this.#roster.names, workersWithinMs, this.#abort.signal);
    } catch (error) {
      if (!isPodlagError(error, 'worker-lost') || !this.#roster.anyHere) throw error;
      log.warn({ code: error.code }, `going on without them: ${error.detail}`);
    }
    this.#roster.closeDoor();
  }

  async #runRounds(record: RunRecord): Promise<void> {
    const { signal } = this.#abort;
    await record.change({ phase: 'running', workers: this.#roster.records() });
    this.#rounds = new RunningRounds({
      ...this.#parts,
      ...{ record, roster: this.#roster, faults: this.#faults },
    });
    await this.#rounds.run(signal);
    await record.change({ leftOut: this.#rounds.leftOut, workers: this.#roster.records() });
    signal.throwIfAborted();
  }

  #followWorkers(record: RunRecord): () => void {
    return this.#parts.hub.onChange(() => {
      record.change({ workers: this.#roster.records() }).catch((error: unknown) => this.#abort.abort(error));
    });
  }

  #failedBy(error: unknown): Pick<Manifest, 'phase' | 'problem'> {
    const { log } = this.#parts;
    if (isPodlagError(error, 'run-aborted')) {
      log.warn(`aborted: ${error.detail}`);
      return { phase: 'aborted', problem: problemOf(error) };
    }
    log.error({ err: error }, 'failed');
    return { phase: 'failed', problem: problemOf(visible(error)) };
  }

  /** @returns what is to be told about it in the manifest */
  async #pushed({ metrics }: RunRecord): Promise<readonly string[]> {
    const { scenario, clock, log } = this.#parts;
    const { pushGateway: url, name } = scenario;
    if (url === undefined) return [];
    metrics.ended(clock.now());
    try {
      await push({ url, registry: metrics.outcome, scenario: name });
      return [];
    } catch (error) {
      if (!isPodlagError(error, 'push-failed')) throw error;
      log.warn({ code: error.code, hint: error.hint }, error.detail);
      return [`PushGateway: ${error.detail}`];
    }
  }
}

function visible(error: unknown): PodlagError {
  if (isPodlagError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return benchErrors.error('internal', message, { cause: error });
}
