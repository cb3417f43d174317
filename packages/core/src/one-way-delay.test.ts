import fc from 'fast-check';
import { Duration } from './duration';
import type { Direction } from './fault';
import { oneWayDelay } from './one-way-delay';

const ns = (nanoseconds: number): Duration => Duration.ofNanoseconds(nanoseconds);

interface Row {
  readonly time?: Duration;
  readonly rtt?: Duration;
  readonly of: Direction;
  readonly egress: readonly [number, number];
  readonly ingress: readonly [number, number];
}

test.each<[string, Row]>([
  ['a time is there in each direction', { time: ns(9), of: 'both', egress: [9, 3], ingress: [9, 3] }],
  ['a round trip is shared out', { rtt: ns(9), of: 'both', egress: [5, 2], ingress: [4, 1] }],
  ['a round trip of one direction is whole', { rtt: ns(9), of: 'egress', egress: [9, 3], ingress: [9, 3] }],
])('%s', (_, { of, egress, ingress, ...delay }) => {
  const shares = (['egress', 'ingress'] as const).map((direction) => {
    const { time, jitter } = oneWayDelay({ ...delay, jitter: ns(3) }, of, direction);
    return [time.nanoseconds, jitter.nanoseconds];
  });
  expect(shares).toEqual([egress, ingress]);
});

test('two halves are the whole, and neither has more jitter than delay', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      const delay = { rtt: ns(Math.max(a, b)), jitter: ns(Math.min(a, b)) };
      const out = oneWayDelay(delay, 'both', 'egress');
      const back = oneWayDelay(delay, 'both', 'ingress');
      expect(out.time.nanoseconds + back.time.nanoseconds).toBe(delay.rtt.nanoseconds);
      expect(out.jitter.nanoseconds + back.jitter.nanoseconds).toBe(delay.jitter.nanoseconds);
      for (const { time, jitter } of [out, back])
        expect(jitter.nanoseconds).toBeLessThanOrEqual(time.nanoseconds);
    }),
  );
});
