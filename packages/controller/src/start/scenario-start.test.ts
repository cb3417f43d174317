import fc from 'fast-check';
import { leadMsFor, startChange } from './scenario-start';

const at = { now: 1_000_000, leadMs: 2_000 };

test('a scenario starts a lead after it is seen, and then keeps its start', () => {
  const change = startChange('Running', undefined, at);
  expect(change).toEqual({ started: { startTime: 1_002_000 } });
  expect(startChange('Running', change?.started, { ...at, now: 5_000_000 })).toBeUndefined();
});

test('paused, it keeps how far it came, once', () => {
  const paused = startChange('Paused', { startTime: 958_000 }, at);
  expect(paused).toEqual({ started: { startTime: 958_000, position: 42_000 } });
  expect(startChange('Paused', paused?.started, { ...at, now: 2_000_000 })).toBeUndefined();
});

test('paused before it began, it is at its beginning', () => {
  expect(startChange('Paused', { startTime: 1_001_000 }, at)?.started.position).toBe(0);
});

test('it goes on at once, from where it was: nothing that was before the pause is played again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.nat(1e9), (cameMs, restMs) => {
      const paused = startChange('Paused', { startTime: at.now - cameMs }, at);
      const now = at.now + restMs;
      const resumed = startChange('Running', paused?.started, { ...at, now });
      expect(resumed?.started.position).toBeUndefined();
      expect(now - (resumed?.started.startTime ?? 0)).toBe(cameMs);
    }),
  );
});

test('one that was paused before it began starts a lead after it is resumed', () => {
  const paused = startChange('Paused', { startTime: 1_001_000 }, at);
  expect(startChange('Running', paused?.started, at)).toEqual({ started: { startTime: 1_002_000 } });
});

test.each([
  [9_999, { started: { startTime: 990_001, position: 9_999 } }],
  [10_000, undefined],
])('a scenario of 10 s that is paused %d ms after its start', (cameMs, change) => {
  const present = { startTime: at.now - cameMs };
  expect(startChange('Paused', present, { ...at, lengthMs: 10_000 })).toEqual(change);
});

test.each(['Paused', 'Aborted'] as const)('one that is %s from the first is not started', (state) => {
  expect(startChange(state, undefined, at)).toBeUndefined();
});

test('a thousand agents have two seconds more to hear of it', () => {
  expect(leadMsFor(1_000)).toBe(4_000);
});
