import type { NetworkFault, Scenario } from '@podlag/api';
import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { FakeKubeApi } from '@podlag/kube/testing';
import { until } from '../../test/until';
import type { Outcome } from '../desired/outcome';
import { statusPlace } from '../status/status-place';
import { StatusWriter } from '../status/status-writer';
import { ObjectReader } from '../world/custom-objects';
import { StartBook } from './start-book';

const key = 'networkfault/shop/slow';
const nobody: Outcome = { pods: [], plannedNames: new Map(), problems: [] };
const ready: Outcome = { ...nobody, pods: ['shop/a-0'], waitingFor: 'start' };
const planned: Outcome = { ...nobody, plannedNames: new Map([['shop/a-0', ['slow.networkfault']]]) };

function bed(mayWrite = true) {
  const clock = new FakeClock();
  const logger = createLogger('controller', 'silent');
  const statuses = new StatusWriter({ api: new FakeKubeApi(), clock, logger, mayWrite: () => mayWrite });
  const counted = { changes: 0 };
  const book = new StartBook({
    ...{ clock, logger, statuses, placeOf: statusPlace },
    onChange: () => counted.changes++,
  });
  const pass = (outcome: Outcome, object: Partial<NetworkFault> = {}, isLeading = true) => {
    const fault: NetworkFault = {
      metadata: { name: 'slow', namespace: 'shop', uid: 'u' },
      spec: { selector: {}, delay: { time: '20ms' }, duration: '30s' },
      ...object,
    };
    const objects = new ObjectReader().read([fault], [], []);
    book.update(objects, 1, isLeading);
    if (isLeading) book.begin(objects, new Map([[key, outcome]]));
    return book.startedOf(key)?.startTime;
  };
  return { book, clock, counted, pass };
}

test('the time of a fault runs from when there is an agent to ask, not from when it was made', () => {
  const { clock, counted, pass } = bed();
  expect(pass(nobody)).toBeUndefined();
  clock.advance(60_000);
  expect(pass(ready)).toBe(clock.now());
  expect(counted.changes).toBe(1);
  const start = clock.now();
  clock.advance(5_000);
  expect(pass(planned)).toBe(start);
  expect(counted.changes).toBe(1);
});

test('one that lasts until it is deleted has started when it is planned, and nothing is worked out anew for it', () => {
  const { clock, counted, pass } = bed();
  expect(pass(planned)).toBe(clock.now());
  expect(counted.changes).toBe(0);
});

test('a start that is in the status is kept', () => {
  const startTime = '2026-11-21T12:00:00.000Z';
  expect(bed().pass(ready, { status: { startTime } })).toBe(Date.parse(startTime));
});

test('one that was suspended starts anew', () => {
  const { clock, pass } = bed();
  const suspended = { spec: { selector: {}, delay: { time: '20ms' }, suspend: true } };
  pass(ready);
  clock.advance(1_000);
  expect(pass(nobody, suspended)).toBeUndefined();
  expect(pass(ready)).toBe(clock.now());
});

test('one that was suspended for a moment starts anew, though its status still has the start of before', () => {
  const { clock, pass } = bed();
  const status = { startTime: '2026-11-19T12:00:00.000Z' };
  const spec = { selector: {}, delay: { time: '20ms' }, duration: '30s' };
  pass(nobody, { spec: { ...spec, suspend: true }, status });
  expect(pass(ready, { spec, status })).toBe(clock.now());
});

test('who takes over goes by what the status says by then, and not by what it has read as a follower', () => {
  const { book, pass } = bed();
  const startTime = '2026-11-20T11:00:00.000Z';
  pass(nobody, { status: { startTime } }, false);
  const status = { startTime: '2026-11-20T11:30:00.000Z', position: '42s' };
  pass(nobody, { status });
  expect(book.startedOf(key)).toEqual({ startTime: Date.parse(status.startTime), position: 42_000 });
});

test('what it has decided as leader counts for it until another leads', () => {
  const { clock, pass } = bed();
  const start = pass(ready);
  clock.advance(1_000);
  const status = { startTime: '2026-11-20T11:00:00.000Z' };
  expect(pass(planned, { status })).toBe(start);
  pass(planned, { status }, false);
  expect(pass(planned, { status })).toBe(Date.parse(status.startTime));
});

test('a position that cannot be read is none', () => {
  const { book, pass } = bed();
  const status = { startTime: '2026-11-20T11:00:00.000Z', position: 'far' };
  pass(nobody, { status });
  expect(book.startedOf(key)).toEqual({ startTime: Date.parse(status.startTime) });
});

test('a scenario does not start while it is not sure who leads, and is looked at again', async () => {
  const { book, clock, counted } = bed(false);
  const story: Scenario = {
    metadata: { name: 'story', namespace: 'shop', uid: 'u' },
    spec: { steps: [{ name: 'slow', for: '60s', fault: { selector: {}, delay: { time: '20ms' } } }] },
  };
  const objects = new ObjectReader().read([], [], [story]);
  book.update(objects, 1, true);
  await until(() => clock.nextAt);
  expect(book.startedOf('scenario/shop/story')).toBeUndefined();
  clock.advance(1_000);
  expect(counted.changes).toBe(1);
});
