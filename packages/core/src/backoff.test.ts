import { Backoff } from './backoff';

test('pauses double up to the longest, and begin again after a success', () => {
  const backoff = new Backoff({ firstMs: 100, mostMs: 500, random: () => 1 });
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([100, 200, 400, 500, 500]);
  backoff.reset();
  expect(backoff.next()).toBe(100);
});

test('a pause is from a half to the whole, by chance', () => {
  const pauseAt = (random: number) => new Backoff({ firstMs: 100, random: () => random }).next();
  expect([0, 0.5, 1].map(pauseAt)).toEqual([50, 75, 100]);
});

test('it never ends in a number that is no pause, however often it fails', () => {
  const backoff = new Backoff({ random: () => 1 });
  for (let n = 0; n < 2_000; n++) backoff.next();
  expect(backoff.next()).toBe(30_000);
});
