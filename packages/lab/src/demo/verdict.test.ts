import { isPodlagError } from '@podlag/core';
import { median, requireAsAsked, verdictOf, type Measurement } from './verdict';

const measurement = (askedMs: number, ...withDelayMs: readonly (number | undefined)[]): Measurement => ({
  pod: 'pd-0',
  askedMs,
  idleMs: [0.1, 0.1, 0.1],
  withDelayMs,
});

test.each([
  ['as asked, above the idle round trip', measurement(20, 20.1, 20.2, 20.1), true],
  ['a millisecond too much, and not more', measurement(20, 21.09, 21.09, 21.09), true],
  ['more than a millisecond too much', measurement(20, 21.2, 21.2, 21.2), false],
  ['more than a millisecond too little', measurement(20, 19, 19, 19), false],
  ['no delay at all', measurement(20, 0.1, 0.1, 0.1), false],
  ['the delay twice', measurement(20, 40.1, 40.1, 40.1), false],
  ['a delay where none was asked', measurement(0, 5.1, 5.1, 5.1), false],
  ['left alone', measurement(0, 0.1, 0.12, 0.1), true],
  ['one bad moment of the machine', measurement(20, 20.1, 87, 20.1), true],
  ['no reply to most of the pings', measurement(20, 20.1, undefined, undefined), false],
  ['no ping at all', measurement(20), false],
])('%s', (_, measured, holds) => {
  expect(verdictOf(measured).holds).toBe(holds);
});

test('one delay that is off fails them all, by name', () => {
  const good = verdictOf(measurement(20, 20.1));
  const bad = { ...verdictOf(measurement(20, 22)), pod: 'pd-1' };
  expect(() => requireAsAsked([good, good])).not.toThrow();
  let failure: unknown;
  try {
    requireAsAsked([good, bad]);
  } catch (error) {
    failure = error;
  }
  expect(isPodlagError(failure, 'delay-off')).toBe(true);
  expect(String(failure)).toContain('off by more than 1 ms: pd-1');
});

test('what is off is told without the idle round trip', () => {
  expect(verdictOf(measurement(20, 20.4, 20.4, 20.4)).offByMs).toBeCloseTo(0.3);
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2],
  [[undefined, 1, 2], 2],
  [[undefined, undefined, 1], undefined],
  [[], undefined],
])('the median of %j is %p', (times, middle) => {
  expect(median(times)).toBe(middle);
});
