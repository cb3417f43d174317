import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import type { Applied } from '@podlag/netem';
import { Tidying } from './tidying';

const leftovers = {
  leftovers: true,
  observed: {
    egress: { qdiscs: [{ netem: { delaySeconds: 5, jitterSeconds: 1 } }, { netem: undefined }] },
    ingress: undefined,
  },
} as unknown as Applied;

class Bed {
  readonly clock = new FakeClock();
  readonly forced: boolean[] = [];
  answer: () => Promise<boolean> = () => Promise.resolve(false);
  readonly tidying = new Tidying({
    clock: this.clock,
    logger: createLogger('agent', 'silent'),
    tidy: (force) => {
      this.forced.push(force);
      return this.answer();
    },
  });

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

test('nothing is looked at where nothing is left over', () => {
  const bed = new Bed();
  bed.tidying.watch({ ...leftovers, leftovers: false });
  expect(bed.clock.nextAt).toBeUndefined();
});

test('what is left over is looked at until it is gone', async () => {
  const bed = new Bed();
  bed.tidying.watch(leftovers);
  for (const ms of [0, 250, 250]) await bed.pass(ms);
  bed.answer = () => Promise.resolve(true);
  await bed.pass(250);
  expect(bed.forced).toHaveLength(4);
  expect(bed.clock.nextAt).toBeUndefined();
});

test('patience ends half a minute after the longest delay of what waits', async () => {
  const bed = new Bed();
  bed.tidying.watch(leftovers);
  await bed.pass(0);
  // 5 s, four jitters, and 30 s.
  await bed.pass(38_999);
  await bed.pass(250);
  expect(bed.forced).toEqual([false, false, true]);
});

test('a change in the meantime puts off the end of patience, not the next look', async () => {
  const bed = new Bed();
  bed.tidying.watch(leftovers);
  await bed.pass(0);
  await bed.pass(20_000);
  bed.tidying.watch(leftovers);
  await bed.pass(250);
  await bed.pass(30_000);
  expect(bed.forced).toEqual([false, false, false, false]);
});

test('a look that fails is tried again', async () => {
  const bed = new Bed();
  bed.answer = () => Promise.reject(new Error('busy'));
  bed.tidying.watch(leftovers);
  await bed.pass(0);
  await bed.pass(1_000);
  expect(bed.forced).toHaveLength(2);
  bed.tidying.stop();
  expect(bed.clock.nextAt).toBeUndefined();
});

test('a look that goes on failing is tried ever less often, and at once after a change', async () => {
  const bed = new Bed();
  bed.answer = () => Promise.reject(new Error('busy'));
  bed.tidying.watch(leftovers);
  await bed.pass(0);
  for (let second = 0; second < 300; second += 1) await bed.pass(1_000);
  const tries = bed.forced.length;
  expect(tries).toBeLessThan(30);
  bed.tidying.watch(leftovers);
  await bed.pass(0);
  expect(bed.forced).toHaveLength(tries + 1);
});

test('what a device that is not there leaves is looked at too', async () => {
  const bed = new Bed();
  bed.tidying.watchMissing();
  await bed.pass(0);
  expect(bed.forced).toHaveLength(1);
});
