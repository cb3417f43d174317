import { statusLine, type RunStatus } from './run-status';
import { StatusLines } from './status-lines';

const worker = (state: 'waiting' | 'here' | 'lost') => ({ name: 'worker-1', state });
const status = (some: Partial<RunStatus> = {}): RunStatus => ({
  ...{ run: 'quick-1', phase: 'running', workers: [worker('here'), worker('waiting')] },
  ...{ planned: 20, done: 4, failed: 0, secondsLeft: 61.2, now: ['rtt pod: a -> b'] },
  ...some,
});

test.each([
  [{ phase: 'waiting' } as const, 'waiting for workers: 1 of 2 are here'],
  [{}, '4 of 20 measured, about 62 s left; rtt pod: a -> b'],
  [{ failed: 1, secondsLeft: 400, now: [] }, '4 of 20 measured, 1 failed, about 7 min left'],
  [{ phase: 'finished', done: 20, failed: 2 } as const, 'finished: 20 of 20 measured, 2 failed'],
])('%j is told as %s', (some, line) => {
  expect(statusLine(status(some))).toBe(line);
});

test('elsewhere than on a terminal a line is written for each tenth of a run, and none twice', () => {
  const written: string[] = [];
  const lines = new StatusLines({ write: (text: string) => written.push(text) });
  lines.show(status({ phase: 'waiting' }));
  lines.show(status({ phase: 'waiting' }));
  for (let done = 0; done <= 20; done += 1) lines.show(status({ done, now: [] }));
  lines.show(status({ phase: 'finished', done: 20 }));
  expect(written).toHaveLength(1 + 11 + 1);
});

test('on a terminal the line is written over, cut to its width, and stays at the end', () => {
  const written: string[] = [];
  const lines = new StatusLines({ isTTY: true, columns: 20, write: (text: string) => written.push(text) });
  lines.show(status());
  lines.show(status());
  lines.show(status({ phase: 'finished', done: 20 }));
  expect(written).toEqual(['\r\x1b[K4 of 20 measured, a', '\r\x1b[Kfinished: 20 of 20 \n']);
});
