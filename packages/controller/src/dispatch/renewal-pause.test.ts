import { renewalPauseMs } from './renewal-pause';

test.each([
  ['a third of the lease', 30_000, false, 10_000],
  ['not more often than each 3 s', 1_000, false, 3_000],
  ['a lease of an hour: the kernel is looked at all the same', 3_600_000, false, 20_000],
  ['no lease at all', undefined, false, 20_000],
  ['something is otherwise than it should be', 3_600_000, true, 3_000],
])('when an agent is renewed again: %s', (_, leastTtlMs, isUrgent, pauseMs) => {
  expect(renewalPauseMs(leastTtlMs, isUrgent)).toBe(pauseMs);
});
