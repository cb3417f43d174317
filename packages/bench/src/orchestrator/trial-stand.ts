import { isPodlagError, type Clock, type PodlagError } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import type { RunningServer } from '../channel/connected-worker';
import type { TaskOutcome, TaskRequest } from '../channel/task';
import type { SelfCheck } from '../record/sample';
import type { ConditionFaults } from './condition-faults';
import type { TrialWork } from './trial-work';
import { within } from './within';
import type { WorkerRoster } from './worker-roster';

/** What a trial stands on. */
export interface StandParts {
  readonly roster: Pick<WorkerRoster, 'connected' | 'addressesOf'>;
  readonly faults: Pick<ConditionFaults, 'set' | 'assertInForce' | 'clear'>;
  readonly clock: Clock;
}

/** What has become of a trial: its client's outcome, or why there is none. */
export type TrialEnd =
  | {
      readonly kind: 'outcome';
      readonly outcome: TaskOutcome;
      /** Why it is no measurement of what was asked for, however the client ended. */
      readonly spoilt?: PodlagError;
    }
  | { readonly kind: 'failed'; readonly error: PodlagError }
  /** The run was ended meanwhile; nothing was measured. */
  | { readonly kind: 'cancelled' };

/** Tools listen within a second; a node where that takes longer than this is not one to measure on. */
const serverReadyMs = 15_000;
/** A worker keeps its tasks' times itself. One that says so long after it nothing of their end is not waited for. */
const saysMs = 30_000;

/**
 * One trial from its setting up to its taking down. A step that fails ends the trial and not the round: the others, who
 * wait for it, go on.
 */
export class TrialStand {
  #server: RunningServer | undefined;
  #down: Promise<SelfCheck | undefined> | undefined;
  #error: PodlagError | undefined;

  constructor(
    readonly work: TrialWork,
    private readonly parts: StandParts,
  ) {}

  /** Faults first, then the server, which listens when this resolves. */
  setUp(signal: AbortSignal): Promise<void> {
    return this.#step(async () => {
      const { work } = this;
      this.#assertTool(work.client.name);
      this.#assertTool(work.server.name);
      await this.parts.faults.set(work);
      const server = this.parts.roster.connected(work.server.name);
      this.#server = await this.#ended(work.server.name, serverReadyMs, (late) =>
        server.startServer(this.#task('server'), AbortSignal.any([signal, late])),
      );
      // Whoever waits for it is told; when nobody does, that it is lost is no unhandled rejection.
      this.#server.ended.catch(() => undefined);
    });
  }

  async measure(signal: AbortSignal): Promise<TrialEnd> {
    const server = this.#server;
    let end: TrialEnd | undefined;
    await this.#step(async () => {
      if (server !== undefined) end = await this.#measured(server, signal);
    });
    if (end !== undefined) return end;
    return signal.aborted ? { kind: 'cancelled' } : { kind: 'failed', error: this.#failure };
  }

  /** Takes everything down, and says what faults and server were when it was measured. */
  async concluded(end: TrialEnd): Promise<TrialEnd> {
    const checked = await this.#withFaults(end);
    const atServer = await this.takeDown();
    if (checked.kind !== 'outcome' || atServer === undefined) return checked;
    return { ...checked, outcome: withServersReasons(checked.outcome, atServer) };
  }

  /** Ends the server and takes the faults away, as far as they are there. @returns how the server's worker did meanwhile */
  takeDown(): Promise<SelfCheck | undefined> {
    return (this.#down ??= this.#takeDown());
  }

  /** What was measured without its faults, because they went meanwhile, is not what was asked for. */
  async #withFaults(end: TrialEnd): Promise<TrialEnd> {
    if (end.kind !== 'outcome') return end;
    try {
      await this.parts.faults.assertInForce(this.work);
      return end;
    } catch (error) {
      if (!isPodlagError(error)) throw error;
      return { ...end, spoilt: end.spoilt ?? error };
    }
  }

  async #takeDown(): Promise<SelfCheck | undefined> {
    const [outcome] = await Promise.all([this.#stopped(), this.parts.faults.clear(this.work)]);
    return outcome?.selfCheck;
  }

  async #stopped(): Promise<TaskOutcome | undefined> {
    const server = this.#server;
    if (server === undefined) return undefined;
    try {
      return await this.#ended(this.work.server.name, 0, () => server.stop());
    } catch (error) {
      // With its worker the server is gone as well.
      if (!isPodlagError(error)) throw error;
      return undefined;
    }
  }

  /** A client whose server ends, or whose server's worker is lost, would wait until its time is over. */
  async #measured(server: RunningServer, signal: AbortSignal): Promise<TrialEnd | undefined> {
    const withoutServer = new AbortController();
    server.ended.then(
      (outcome) => withoutServer.abort(endedTooEarly(this.work.server.name, outcome)),
      (error: unknown) => withoutServer.abort(error),
    );
    const { client, timeoutMs } = this.work;
    const worker = this.parts.roster.connected(client.name);
    const outcome = await this.#ended(client.name, timeoutMs, (late) =>
      worker.runClient(this.#task('client'), AbortSignal.any([signal, withoutServer.signal, late])),
    );
    if (outcome.status !== 'cancelled') return { kind: 'outcome', outcome };
    const why: unknown = withoutServer.signal.reason;
    return isPodlagError(why) ? { kind: 'outcome', outcome, spoilt: why } : undefined;
  }

  /** @throws PodlagError `tool-timeout` when the worker says nothing of it for too long */
  #ended<T>(worker: string, withinMs: number, task: (late: AbortSignal) => Promise<T>): Promise<T> {
    const ms = withinMs + saysMs;
    const late = (): PodlagError =>
      benchErrors.error(
        'tool-timeout',
        `worker ${worker} has not said within ${ms / 1_000} s what became of its tool`,
        {
          hint: 'See whether a tool hangs on its node, in uninterruptible sleep (D) above all: ps -eo pid,stat,wchan,args.',
        },
      );
    return within(this.parts.clock, ms, late, task);
  }

  get #failure(): PodlagError {
    return this.#error ?? benchErrors.error('internal', 'a trial ended without an outcome');
  }

  #assertTool(worker: string): void {
    const { name } = this.work.benchmark;
    const problem = this.parts.roster.connected(worker).hello.tools[name]?.problem;
    if (problem !== undefined)
      throw benchErrors.error('tool-missing', `worker ${worker}: ${name}: ${problem}`);
  }

  #task(role: 'server' | 'client'): TaskRequest {
    const { trial, benchmark, parameters, timeoutMs, server } = this.work;
    const [address = ''] = this.parts.roster.addressesOf(server.name);
    const serverHost = trial.path === 'service' ? (server.service ?? address) : address;
    const withinMs = role === 'server' ? serverReadyMs : timeoutMs;
    return {
      id: `${trial.id}/${role}`,
      benchmark: benchmark.name,
      parameters,
      serverHost,
      timeoutMs: withinMs,
    };
  }

  async #step(run: () => Promise<void>): Promise<void> {
    if (this.#error !== undefined) return;
    try {
      await run();
    } catch (error) {
      if (!isPodlagError(error)) throw error;
      this.#error = error;
    }
  }
}

function endedTooEarly(worker: string, { detail, stderr }: TaskOutcome): PodlagError {
  const how = detail === '' ? 'it ended by itself' : detail;
  const said = stderr.trim();
  return benchErrors.error(
    'tool-failed',
    `server on worker ${worker}, while it was measured: ${how}${said === '' ? '' : `; it said: ${said}`}`,
    { hint: 'An out-of-memory kill is a usual reason: look at the events and limits of its pod.' },
  );
}

/** A server that has too little CPU answers late, and its client cannot tell. */
function withServersReasons(outcome: TaskOutcome, { reasons }: SelfCheck): TaskOutcome {
  if (reasons.length === 0) return outcome;
  const own = outcome.selfCheck ?? { eventLoopDelay: 0, reasons: [] };
  const ofServer = reasons.map((reason) => `at the server: ${reason}`);
  return { ...outcome, selfCheck: { ...own, reasons: [...own.reasons, ...ofServer] } };
}
