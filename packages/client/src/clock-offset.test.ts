import fc from 'fast-check';
import { ClockOffset } from './clock-offset';

test('an agent whose clock is within what the question took is left alone', () => {
  const offset = new ClockOffset();
  offset.heard({ sentAt: 1_000, receivedAt: 1_020, agentTime: 1_020 });
  expect(offset.shiftMs).toBe(0);
  expect(offset.skewMs).toBe(10);
});

test('one whose clock is ahead gets its times that much later', () => {
  const offset = new ClockOffset();
  offset.heard({ sentAt: 1_000, receivedAt: 1_004, agentTime: 2_502 });
  expect(offset.shiftMs).toBe(1_500);
  expect(offset.skewMs).toBe(2);
});

test('a slow answer does not spoil what a quick one has told, until that is old', () => {
  const offset = new ClockOffset();
  offset.heard({ sentAt: 0, receivedAt: 2, agentTime: 101 });
  offset.heard({ sentAt: 1_000, receivedAt: 3_000, agentTime: 2_900 });
  expect(offset.shiftMs).toBe(100);
  offset.heard({ sentAt: 700_000, receivedAt: 700_010, agentTime: 700_305 });
  expect(offset.shiftMs).toBe(300);
});

test('a clock that is set is noticed at once, also by an answer that is not as quick', () => {
  const offset = new ClockOffset();
  offset.heard({ sentAt: 0, receivedAt: 2, agentTime: 101 });
  offset.heard({ sentAt: 1_000, receivedAt: 1_006, agentTime: 1_503 });
  expect(offset.shiftMs).toBe(500);
  expect(offset.skewMs).toBe(3);
});

test('one that has drifted by a millisecond has not been set', () => {
  const offset = new ClockOffset();
  offset.heard({ sentAt: 0, receivedAt: 2, agentTime: 101 });
  offset.heard({ sentAt: 1_000, receivedAt: 1_006, agentTime: 1_108 });
  expect(offset.uncertaintyMs).toBe(1);
});

test.each([
  ['back', 500],
  ['an hour ahead', 3_601_000],
])('an answer says nothing where our own clock was set %s meanwhile', (_, receivedAt) => {
  const offset = new ClockOffset();
  offset.heard({ sentAt: 1_000, receivedAt, agentTime: 1_001 });
  expect(offset).toMatchObject({ shiftMs: 0, uncertaintyMs: undefined, skewMs: undefined });
  offset.heard({ sentAt: 0, receivedAt: 2, agentTime: 101 });
  offset.heard({ sentAt: 1_000, receivedAt, agentTime: 1_001 });
  expect(offset).toMatchObject({ shiftMs: 100, uncertaintyMs: 1 });
});

test('however the way there and back differ, what is left is never more than the skew that is told', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -100_000, max: 100_000 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 })), {
        minLength: 1,
      }),
      (trueOffset, ways) => {
        const offset = new ClockOffset();
        ways.forEach(([there, back], n) => {
          const sentAt = n * 1_000;
          offset.heard({ sentAt, receivedAt: sentAt + there + back, agentTime: sentAt + there + trueOffset });
        });
        // The skew is to the best estimate, which is itself off by half a round trip at most.
        const left = Math.abs(trueOffset - offset.shiftMs);
        expect(left).toBeLessThanOrEqual((offset.skewMs ?? 0) + (offset.uncertaintyMs ?? 0) + 1);
      },
    ),
  );
});
