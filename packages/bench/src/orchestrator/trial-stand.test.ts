import { benchErrors } from '../bench-errors';
import type { ConnectedWorker, RunningServer } from '../channel/connected-worker';
import type { TaskOutcome } from '../channel/task';
import { hurriedClock } from '../launcher/testing/hurried-clock';
import type { SelfCheck } from '../record/sample';
import { parseScenario } from '../scenario/scenario-document';
import { scriptedBenchmarks } from './testing/scripted-benchmark';
import { TrialStand } from './trial-stand';

const [benchmark] = scriptedBenchmarks(1);
const scenario = parseScenario({ name: 'x', benchmarks: ['steady'] }, '', [benchmark!]);
const parameters = { seconds: 1, warmUpSeconds: 0, streams: 1, size: undefined, rate: undefined };
const [client, server] = ['a', 'b'].map((name) => ({
  ...{ name, node: name, zone: undefined, network: 'pod' as const },
}));

function outcome(selfCheck: SelfCheck): TaskOutcome {
  return {
    ...{ task: 't', status: 'exit', detail: '', argv: ['tool'], exitCode: 0, stdout: '', stderr: '' },
    ...{ stdoutSha256: '', truncated: false, startedMs: 0, endedMs: 1, selfCheck },
  };
}

/** What is otherwise in a trial. */
interface Otherwise {
  readonly server?: Partial<RunningServer>;
  readonly worker?: Partial<Pick<ConnectedWorker, 'startServer' | 'runClient'>>;
  readonly assertInForce?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

/** A trial whose two workers say that of themselves. Who waits on its clock has waited at once. */
async function trialOf(atClient: SelfCheck, atServer: SelfCheck, otherwise: Otherwise = {}) {
  const clock = hurriedClock();
  const begunMs = clock.now();
  const calls: string[] = [];
  const called = (name: string) => (): Promise<void> => Promise.resolve(void calls.push(name));
  const running: RunningServer = {
    ended: never(),
    stop: () => called('stop')().then(() => outcome(atServer)),
    ...otherwise.server,
  };
  const connected = {
    hello: { tools: {} },
    startServer: () => Promise.resolve(running),
    runClient: () => Promise.resolve(outcome(atClient)),
    ...otherwise.worker,
  } as unknown as ConnectedWorker;
  const stand = new TrialStand(
    {
      trial: {
        ...{ id: 't', use: 'steady', path: 'pod', placement: 'other-node', condition: 'none' },
        ...{ client: 'a', server: 'b', purpose: 'sample', block: 0, round: 0 },
      },
      ...{ benchmark: benchmark!, parameters },
      ...{ condition: scenario.conditions[0]!, client: client!, server: server!, timeoutMs: 1_000 },
    },
    {
      roster: { connected: () => connected, addressesOf: () => ['127.0.0.1'] },
      faults: {
        ...{ set: called('set'), clear: called('clear') },
        assertInForce: otherwise.assertInForce ?? called('look'),
      },
      clock,
    },
  );
  const { signal = new AbortController().signal } = otherwise;
  await stand.setUp(signal);
  const end = await stand.concluded(await stand.measure(signal));
  await stand.takeDown();
  return { end, calls, seconds: (clock.now() - begunMs) / 1_000 };
}

const fine: SelfCheck = { eventLoopDelay: 0.001, reasons: [] };
const stopped: SelfCheck = { eventLoopDelay: 0.002, reasons: ['the CPU limit stopped it'] };

test("a server's worker that had too little CPU is a reason not to believe what its client measured", async () => {
  expect(await trialOf(fine, stopped)).toMatchObject({
    end: {
      outcome: { selfCheck: { eventLoopDelay: 0.001, reasons: ['at the server: the CPU limit stopped it'] } },
    },
  });
  expect(await trialOf(stopped, stopped)).toMatchObject({
    end: {
      outcome: {
        selfCheck: { reasons: ['the CPU limit stopped it', 'at the server: the CPU limit stopped it'] },
      },
    },
  });
});

test('where both did well the client speaks alone', async () => {
  const { end } = await trialOf(fine, { ...fine, throttled: 3 });
  expect(end).toMatchObject({ kind: 'outcome', outcome: { selfCheck: fine } });
});

test('faults are looked at before they are cleared, and all is taken down once', async () => {
  const { calls } = await trialOf(fine, fine);
  expect(calls.slice(0, 2)).toEqual(['set', 'look']);
  expect(calls.slice(2).sort()).toEqual(['clear', 'stop']);
});

/** A client that runs until it is cancelled. */
const untilCancelled: ConnectedWorker['runClient'] = (_task, signal) =>
  new Promise((resolve) => {
    const cancelled: TaskOutcome = { ...outcome(fine), status: 'cancelled', stdout: 'half' };
    signal?.addEventListener('abort', () => resolve(cancelled), { once: true });
  });

test('of a client that was cancelled because its server ended it is kept what it was, and why it was', async () => {
  const server = { ended: Promise.resolve({ ...outcome(fine), detail: 'it was killed' }) };
  const gone = (): Promise<void> => Promise.reject(benchErrors.error('fault-failed', 'no faults'));
  const { end } = await trialOf(fine, fine, {
    ...{ server, worker: { runClient: untilCancelled }, assertInForce: gone },
  });
  expect(end).toMatchObject({
    ...{ kind: 'outcome', outcome: { argv: ['tool'], stdout: 'half' } },
    spoilt: { code: 'tool-failed', detail: 'server on worker b, while it was measured: it was killed' },
  });
});

test.each<[string, Otherwise['worker'], number, string]>([
  ['a client', { runClient: () => never() }, 31, 'worker a has not said within 31 s what became of its tool'],
  [
    'a server',
    { startServer: () => never() },
    45,
    'worker b has not said within 45 s what became of its tool',
  ],
])(
  '%s of which its worker says nothing is not waited for longer than half a minute after its time',
  async (_, worker, after, detail) => {
    const { end, seconds } = await trialOf(fine, fine, { worker });
    expect(end).toMatchObject({ kind: 'failed', error: { code: 'tool-timeout', detail } });
    expect(seconds).toBe(after);
  },
);

test('it is cancelled besides, for whom a cancel still reaches', async () => {
  const cancelled: unknown[] = [];
  const runClient: ConnectedWorker['runClient'] = (task, signal) => {
    signal?.addEventListener('abort', () => cancelled.push(task.id), { once: true });
    return never();
  };
  await trialOf(fine, fine, { worker: { runClient } });
  expect(cancelled).toEqual(['t/client']);
});

test('a server that does not end when it is to leaves what its client has measured', async () => {
  const { end, calls } = await trialOf(fine, stopped, { server: { stop: () => never() } });
  expect(end).toMatchObject({ kind: 'outcome', outcome: { status: 'exit', selfCheck: fine } });
  expect(calls).toContain('clear');
});

test('a server that does not listen yet when the run is ended is cancelled', async () => {
  const abort = new AbortController();
  const startServer: ConnectedWorker['startServer'] = (_task, signal) => {
    abort.abort();
    const refusal = benchErrors.error('server-not-ready', 'was cancelled');
    return signal?.aborted === true ? Promise.reject(refusal) : never();
  };
  const { end, seconds } = await trialOf(fine, fine, { worker: { startServer }, signal: abort.signal });
  expect({ end, seconds }).toEqual({ end: { kind: 'cancelled' }, seconds: 0 });
});
