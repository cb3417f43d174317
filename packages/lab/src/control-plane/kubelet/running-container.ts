import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { isPodlagError } from '@podlag/core';
import type { BedProcess } from '../bed-file';
import { ServerProcess, type Exit, type ServerStart } from '../server-process';
import { now, type PodContainer } from './pod-container';
import { isSidecar, type ApiContainer, type ApiPod, type ApiProbe } from './pod-object';
import type { ContainerState, Ending, Observation } from './pod-status';
import { watchProbe } from './probe';

export interface ContainerOptions {
  readonly pod: ApiPod;
  readonly container: ApiContainer;
  readonly podIp: string;
  readonly logFile: string;
  /** How to start it. @throws PodlagError `pod-not-handled`; it is tried again then, as the kubelet does */
  readonly prepare: () => Promise<ServerStart>;
  readonly changed: () => void;
}

/** From a failure to prepare to the next try. */
const prepareAgainMs = 1000;

/** terminationGracePeriodSeconds of a container that a probe ends. */
const probeGraceMs = 2000;

const longestBackOffMs = 10_000;

/** How long a container that has ended waits for its start: at first not at all, then ever longer, as the kubelet does in minutes. */
export function backOffMs(restarts: number): number {
  return restarts === 0 ? 0 : Math.min(500 * 2 ** (restarts - 1), longestBackOffMs);
}

/** Whether a container that has ended is started again. */
export function comesBack(
  { pod: { spec }, container }: Pick<ContainerOptions, 'pod' | 'container'>,
  code: number,
): boolean {
  if (isSidecar(container)) return true;
  const isInit = spec.initContainers?.includes(container) === true;
  if (spec.restartPolicy === 'Always' && !isInit) return true;
  return spec.restartPolicy !== 'Never' && code !== 0;
}

/** A container whose program runs as a process of this machine: it is probed, and started again when it ends. */
export class RunningContainer implements PodContainer {
  readonly #stop = new AbortController();
  readonly #reach: { readonly started: () => void; readonly finished: () => void };
  readonly started: Promise<void>;
  readonly finished: Promise<void>;
  #begun = false;
  #process: ServerProcess | undefined;
  #state: ContainerState = { kind: 'waiting', reason: 'PodInitializing' };
  #last: Ending | undefined;
  #restarts = 0;
  #isStarted = false;
  #isReady = false;

  constructor(private readonly options: ContainerOptions) {
    const started = Promise.withResolvers<undefined>();
    const finished = Promise.withResolvers<undefined>();
    this.started = started.promise;
    this.finished = finished.promise;
    this.#reach = { started: () => started.resolve(undefined), finished: () => finished.resolve(undefined) };
  }

  get observation(): Observation {
    const { container } = this.options;
    return {
      container,
      state: this.#state,
      last: this.#last,
      restarts: this.#restarts,
      started: this.#isStarted,
      ready: this.#isReady,
    };
  }

  get process(): BedProcess {
    const { container, logFile } = this.options;
    const pid = this.#process?.running === true ? this.#process.pid : undefined;
    return { name: container.name, pid, log: logFile, restarts: this.#restarts };
  }

  start(): void {
    this.#begun = true;
    void this.live().finally(() => {
      this.#reach.finished();
      this.#reach.started();
    });
  }

  async terminate(graceMs: number): Promise<void> {
    this.#stop.abort();
    if (!this.#begun) this.#reach.finished();
    await this.#process?.stop(graceMs);
    await this.finished;
  }

  private stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  private async live(): Promise<void> {
    while (!this.stopped()) {
      const start = await this.prepared();
      if (start === undefined) continue;
      const ending = await this.oneLife(start);
      if (this.stopped() || !comesBack(this.options, ending.exitCode)) {
        this.become({ kind: 'terminated', ending });
        return;
      }
      this.#last = ending;
      const backOff = backOffMs(this.#restarts);
      this.become({ kind: 'waiting', reason: backOff === 0 ? 'ContainerCreating' : 'CrashLoopBackOff' });
      await this.pause(backOff);
      this.#restarts += 1;
    }
  }

  private async prepared(): Promise<ServerStart | undefined> {
    try {
      return await this.options.prepare();
    } catch (error) {
      const message = isPodlagError(error) ? error.detail : String(error);
      this.become({ kind: 'waiting', reason: 'CreateContainerConfigError', message });
      await this.pause(prepareAgainMs);
      return undefined;
    }
  }

  /** From the program's start to its end. */
  private async oneLife(start: ServerStart): Promise<Ending> {
    const startedAt = now();
    const process = await ServerProcess.start(start);
    const life = new AbortController();
    this.#process = process;
    this.become({ kind: 'running', startedAt });
    if (this.stopped()) process.signal('SIGKILL');
    this.probe(process, life.signal);
    const exit = await process.ended;
    life.abort();
    this.#isStarted = false;
    this.#isReady = false;
    return { ...exitCode(exit), startedAt, finishedAt: now() };
  }

  private probe(process: ServerProcess, life: AbortSignal): void {
    const { startupProbe } = this.options.container;
    if (startupProbe === undefined) {
      this.hasStarted(process, life);
      return;
    }
    const enough = new AbortController();
    this.watch(startupProbe, AbortSignal.any([life, enough.signal]), (passes) => {
      enough.abort();
      if (passes) this.hasStarted(process, life);
      else void process.stop(probeGraceMs);
    });
  }

  private hasStarted(process: ServerProcess, life: AbortSignal): void {
    const { readinessProbe, livenessProbe } = this.options.container;
    this.#isStarted = true;
    this.#isReady = readinessProbe === undefined;
    this.#reach.started();
    this.options.changed();
    if (readinessProbe !== undefined) {
      this.watch(readinessProbe, life, (passes) => {
        this.#isReady = passes;
        this.options.changed();
      });
    }
    if (livenessProbe !== undefined) {
      this.watch(livenessProbe, life, (passes) => {
        if (!passes) void process.stop(probeGraceMs);
      });
    }
  }

  private watch(probe: ApiProbe, signal: AbortSignal, tell: (passes: boolean) => void): void {
    const { container, podIp } = this.options;
    void watchProbe({ probe, container, podIp }, signal, tell);
  }

  private become(state: ContainerState): void {
    this.#state = state;
    this.options.changed();
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

/** As container runtimes give it: 128 and the signal's number when a signal ended the process. */
function exitCode({ code, signal }: Exit): Pick<Ending, 'exitCode' | 'signal'> {
  if (signal === undefined) return { exitCode: code ?? 1 };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number };
}
