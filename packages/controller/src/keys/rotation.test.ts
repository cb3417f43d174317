import { KeyRing } from '@podlag/access';
import { lastTokenMs, longestWaitMs, rotated, stragglersMs } from './rotation';

const made = Date.UTC(2026, 10, 1);
const day = 86_400_000;
const state = { now: made, keyLifeMs: 30 * day, isEverywhere: true, signingSince: made };

test('a key signs alone until its age is reached; then a next one is published beside it', () => {
  const ring = KeyRing.generate(new Date(made));
  expect(rotated(ring, { ...state, now: made + 30 * day - 1 })).toBeUndefined();
  const next = rotated(ring, { ...state, now: made + 30 * day });
  expect(next?.keys).toHaveLength(2);
  expect(next?.signing.kid).toBe(ring.signing.kid);
});

test('the next key signs when all agents have it, and not before, unless some are away for an hour', () => {
  const ring = KeyRing.generate(new Date(made)).withNext(new Date(made));
  const away = { ...state, isEverywhere: false };
  expect(rotated(ring, { ...away, now: made + longestWaitMs - 1 })).toBeUndefined();
  const next = ring.keys[1]?.kid;
  expect(rotated(ring, { ...away, now: made + longestWaitMs + 1 })?.signing.kid).toBe(next);
  expect(rotated(ring, state)?.signing.kid).toBe(next);
});

test('the old key goes when its last token has ended, and pods that know it alone have had a day to come', () => {
  const ring = KeyRing.generate(new Date(made)).withNext(new Date(made)).promoted();
  const since = made + stragglersMs;
  expect(rotated(ring, { ...state, now: since - 1 })).toBeUndefined();
  const late = { ...state, signingSince: since };
  expect(rotated(ring, { ...late, now: since + lastTokenMs - 1 })).toBeUndefined();
  const pruned = rotated(ring, { ...late, now: since + lastTokenMs });
  expect(pruned?.keys.map(({ kid }) => kid)).toEqual([ring.signing.kid]);
  const short = { ...state, keyLifeMs: 3_600_000, now: made + 3_600_001 };
  expect(rotated(ring, short)?.keys).toHaveLength(1);
});
