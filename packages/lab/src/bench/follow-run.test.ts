import { followRun } from './follow-run';
import type { RunStatus } from './run-status';

const status = (phase: RunStatus['phase'], done = 0): RunStatus => ({
  ...{ run: 'quick-1', phase, workers: [], planned: 2, done, failed: 0, secondsLeft: 0, now: [] },
});

/** Answers one state after the other; an Error is thrown. */
function scripted(...answers: readonly (RunStatus | Error)[]) {
  const left = [...answers];
  const aborts: string[] = [];
  return {
    aborts,
    calls: {
      status: () => {
        const next = left.shift() ?? new Error('asked too often');
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      abort: (reason: string) => Promise.resolve(void aborts.push(reason)),
    },
  };
}

const notAborted = new AbortController().signal;

test('a run is looked at until it is over, over moments in which nobody answers', async () => {
  const { calls, aborts } = scripted(
    status('waiting'),
    new Error('ECONNREFUSED'),
    status('running', 1),
    status('finished', 2),
  );
  const shown: string[] = [];
  const show = ({ phase }: RunStatus): void => void shown.push(phase);
  const end = await followRun({ calls, signal: notAborted, show, everyMs: 1 });
  expect(end.phase).toBe('finished');
  expect(shown).toEqual(['waiting', 'running', 'finished']);
  expect(aborts).toEqual([]);
});

test('an interrupted run is told to end, once, and followed to its end', async () => {
  const stop = new AbortController();
  const { calls, aborts } = scripted(status('running', 1), status('running', 1), status('aborted', 1));
  const show = (): void => stop.abort('SIGINT');
  const end = await followRun({ calls, signal: stop.signal, show, everyMs: 60_000 });
  expect(end.phase).toBe('aborted');
  expect(aborts).toEqual(['interrupted']);
});

test('an orchestrator that does not answer any more is an error', async () => {
  const { calls } = scripted();
  await expect(
    followRun({ calls, signal: notAborted, show: () => undefined, everyMs: 1, patienceMs: 0 }),
  ).rejects.toMatchObject({ code: 'bench-failed', detail: expect.stringMatching(/asked too often/) });
});
