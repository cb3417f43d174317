import { Pace } from './pace';

test('the first time is at once, each further one after twice as long, up to a limit', () => {
  const pace = new Pace({ firstMs: 1_000, mostMs: 5_000, calmMs: 60_000 });
  let now = 1_000_000;
  const pauses = [1, 2, 3, 4, 5].map(() => {
    const pause = pace.notBefore(now) - now;
    now += pause;
    pace.happened(now);
    return pause;
  });
  expect(pauses).toEqual([0, 1_000, 2_000, 4_000, 5_000]);
  expect(pace.repetitions(now)).toBe(5);
});

test('after a calm it begins anew', () => {
  const pace = new Pace({ firstMs: 1_000, mostMs: 5_000, calmMs: 60_000 });
  pace.happened(0);
  pace.happened(1_000);
  expect(pace.notBefore(61_000)).toBe(3_000);
  expect(pace.notBefore(61_001)).toBe(61_001);
  expect(pace.repetitions(61_001)).toBe(0);
});
