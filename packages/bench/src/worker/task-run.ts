import { isPodlagError, type Clock } from '@podlag/core';
import type { Benchmark, ToolCommand } from '../benchmark/benchmark';
import type { TaskOutcome, TaskRequest, TaskRole } from '../channel/task';
import { Child } from './child';
import { startSelfCheck } from './self-check';
import { argvOf, type ProbeProgram } from './task-command';
import { listens } from './task-listening';
import { couldNotStart, outcomeOf, refused, type Stopped, type TaskTimes } from './task-outcome';

/** What a worker has to do tasks with. */
export interface TaskMeans {
  readonly benchmarks: readonly Benchmark[];
  readonly probeProgram: ProbeProgram;
  /** Where tools are looked for. */
  readonly path: string;
  readonly clock: Clock;
}

/** How often it is looked whether a server listens. */
const lookEveryMs = 20;

/** One task on a worker, from its request to its outcome. */
export class TaskRun {
  /** When nothing of its program is left. Never rejects. */
  readonly outcome: Promise<TaskOutcome>;
  readonly #startedMs: number;
  #child: Child | undefined;
  #stopped: Stopped | undefined;

  /** @param onReady called once, when a server listens */
  constructor(
    private readonly role: TaskRole,
    private readonly task: TaskRequest,
    private readonly means: TaskMeans,
    private readonly onReady: () => void,
  ) {
    this.#startedMs = means.clock.now();
    this.outcome = this.#run();
  }

  cancel(): void {
    this.#stop('cancelled');
  }

  async #run(): Promise<TaskOutcome> {
    const { task, means, role } = this;
    const benchmark = means.benchmarks.find(({ name }) => name === task.benchmark);
    if (benchmark === undefined)
      return this.#unbegun(couldNotStart, `there is no benchmark ${task.benchmark} here`);
    try {
      return await (role === 'server' ? this.#serve(benchmark) : this.#measure(benchmark));
    } catch (error) {
      // A parameter that this tool cannot have, as a rule. Whatever it was, the orchestrator hears of it and goes on.
      this.#child?.end();
      await this.#child?.ended;
      return this.#unbegun(refused, messageOf(error));
    }
  }

  async #measure(benchmark: Benchmark): Promise<TaskOutcome> {
    const { parameters, serverHost, timeoutMs } = this.task;
    const command = benchmark.client(parameters, { host: serverHost });
    const check = await startSelfCheck();
    const cancelTimer = this.means.clock.after(timeoutMs, () => this.#stop('timeout'));
    const outcome = await this.#program(command, `did not end within ${timeoutMs / 1000} s`);
    cancelTimer();
    return { ...outcome, selfCheck: await check.end() };
  }

  async #serve(benchmark: Benchmark): Promise<TaskOutcome> {
    const { parameters, timeoutMs } = this.task;
    const port = readyPort(benchmark);
    // Its client would be served by a stranger.
    if (await listens(port))
      return this.#unbegun(refused, `port ${port} is taken: another program listens on it`);
    const cancelTimer = this.means.clock.after(timeoutMs, () => this.#stop('timeout'));
    const late = `did not listen on port ${port} within ${timeoutMs / 1000} s`;
    const outcome = this.#program(benchmark.server(parameters), late);
    const isReady = await this.#listens(port, outcome);
    cancelTimer();
    if (!isReady) return outcome;
    const check = await startSelfCheck();
    this.onReady();
    return { ...(await outcome), selfCheck: await check.end() };
  }

  /** @returns false when it ended, or was stopped, before it did */
  async #listens(port: number, outcome: Promise<TaskOutcome>): Promise<boolean> {
    while (!(await listens(port))) {
      await Promise.race([outcome, shortly(this.means.clock)]);
      if (this.#isOver) return false;
    }
    return !this.#isOver && this.#stopped === undefined;
  }

  get #isOver(): boolean {
    return this.#child?.isOver ?? true;
  }

  async #program(command: ToolCommand, late: string): Promise<TaskOutcome> {
    const { path, clock, probeProgram } = this.means;
    if (this.#stopped !== undefined) return this.#unbegun(refused, 'it was cancelled before it began');
    const argv = argvOf(command, probeProgram);
    const child = new Child({ argv, path, clock });
    this.#child = child;
    const end = await child.ended;
    const stopped = this.#stopped;
    return outcomeOf(this.task.id, { argv, end, output: child, stopped, late }, this.#times());
  }

  /** Only the first reason counts, and none after the end. */
  #stop(why: Stopped): void {
    if (this.#child?.isOver === true) return;
    this.#stopped ??= why;
    this.#child?.end();
  }

  #unbegun(how: typeof couldNotStart, detail: string): TaskOutcome {
    const outcome = how(this.task.id, detail, this.#times());
    return this.#stopped === 'cancelled' ? { ...outcome, status: 'cancelled' } : outcome;
  }

  #times(): TaskTimes {
    return { startedMs: this.#startedMs, endedMs: this.means.clock.now() };
  }
}

function readyPort({ name, ports }: Benchmark): number {
  const found = ports.find(({ ready }) => ready);
  if (found === undefined) throw new Error(`${name} says no port that shows that it is ready`);
  return found.port;
}

function shortly(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(lookEveryMs, resolve);
  });
}

function messageOf(error: unknown): string {
  if (isPodlagError(error)) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
