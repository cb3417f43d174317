import type { LaunchProgress, RunStatus } from '@podlag/bench';
import { ShownProgress } from './launch-progress';

const worker = (name: string, state: 'waiting' | 'here' | 'lost') =>
  ({ name, node: `node-of-${name}`, network: 'pod', state }) as const;

const status = (changed: Partial<RunStatus> = {}): LaunchProgress => ({
  kind: 'status',
  status: {
    ...{ run: 'quick', phase: 'running', startedAt: '2026-11-20T12:00:00.000Z' },
    ...{ workers: [worker('a', 'here'), worker('b', 'here')], planned: 40, done: 0, failed: 0 },
    ...{ secondsLeft: 80, now: ['rr pod other-node none: a -> b'] },
    ...changed,
  },
});

function shown(columns: number | undefined, moves: readonly LaunchProgress[]): string {
  let text = '';
  const progress = new ShownProgress({ stderr: (words) => (text += words), stderrColumns: () => columns });
  for (const move of moves) progress.moved(move);
  progress.close();
  return text;
}

test('in a log each tenth of the way has a line, and no second has one', () => {
  const every = Array.from({ length: 41 }, (_, done) => status({ done, secondsLeft: 80 - done }));
  const lines = shown(undefined, every).trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[0]).toBe('running: 0 of 40 samples, 1m20s left');
  expect(lines[1]).toBe('running: 4 of 40 samples, 1m16s left');
});

test('in a log what is waited for is said once', () => {
  const waiting = { kind: 'waiting', lines: ['pod a: image is being pulled'] } as const;
  expect(shown(undefined, [waiting, waiting, waiting])).toBe('waiting: pod a: image is being pulled\n');
});

test.each([80, undefined])('failures and lost workers are said once and stay, on %s columns', (columns) => {
  const lost = [worker('a', 'here'), worker('b', 'lost')];
  const text = shown(columns, [
    status({ done: 1 }),
    status({ done: 3, failed: 2, workers: lost }),
    status({ done: 3, failed: 2, workers: lost }),
  ]);
  expect(text.match(/Worker b on node-of-b is lost.*\n/g)).toHaveLength(1);
  expect(text.match(/2 more samples failed, 2 of 3\n/g)).toHaveLength(1);
});

test('when a run has ended no worker is lost: they go with it', () => {
  const text = shown(undefined, [
    status({ done: 3 }),
    status({ phase: 'aborted', done: 5, workers: [worker('a', 'lost'), worker('b', 'lost')] }),
  ]);
  expect(text.split('\n').slice(-2)).toEqual(['aborted: 5 of 40 samples', '']);
  expect(text).not.toContain('is lost');
});

test('on a terminal one line is drawn anew in its place, and never broken by its width', () => {
  const text = shown(30, [status({ done: 1 }), status({ done: 2 })]);
  const drawn = text.split('\r').filter((line) => line.startsWith('running'));
  expect(drawn).toEqual(['running: 1 of 40 samples, 1m2\u001b[K', 'running: 2 of 40 samples, 1m2\u001b[K']);
  expect(text).not.toContain('\n');
});

test('on a terminal it says what is measured now, and is gone at the end', () => {
  const text = shown(120, [status({ done: 1 })]);
  expect(text).toBe(
    '\rrunning: 1 of 40 samples, 1m20s left: rr pod other-node none: a -> b\u001b[K\r\u001b[K',
  );
});

test('on a terminal a sentence stands above the line, which is drawn again below it', () => {
  const text = shown(120, [status({ done: 1 }), { kind: 'told', sentence: 'The namespace is kept' }]);
  const line = 'running: 1 of 40 samples, 1m20s left: rr pod other-node none: a -> b\u001b[K';
  expect(text).toBe(`\r${line}\r\u001b[KThe namespace is kept\n\r${line}\r\u001b[K`);
});

test('while workers come it counts them', () => {
  const workers = [worker('a', 'here'), worker('b', 'waiting')];
  expect(shown(undefined, [status({ phase: 'waiting', workers })])).toBe(
    'waiting: 1 of 2 workers are here\n',
  );
});
