import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { KeyRing } from './key-ring';

const now = new Date('2026-11-20T12:00:00.000Z');
const kidsOf = (ring: KeyRing) => ring.keys.map(({ kid }) => kid);

test('a ring is the same after it was written and read', () => {
  const ring = KeyRing.generate(now).withNext(now);
  const read = KeyRing.parse(JSON.parse(JSON.stringify(ring.document())));
  expect(read.document()).toEqual(ring.document());
  expect(read.keys).toEqual(ring.keys);
});

test('a key is called by its thumbprint', async () => {
  const [jwk] = KeyRing.generate(now).publicKeys.document().keys;
  expect(jwk?.kid).toBe(await calculateJwkThumbprint({ ...jwk }));
});

test('a rotation: published, then signing, then alone', () => {
  const ring = KeyRing.generate(now);
  const [old] = kidsOf(ring);
  const waiting = ring.withNext(now);
  const [, fresh] = kidsOf(waiting);
  expect([ring.hasNext, waiting.hasNext]).toEqual([false, true]);
  expect(waiting.signing.kid).toBe(old);
  expect(waiting.publicKeys.has(fresh!)).toBe(true);
  expect(kidsOf(waiting.promoted())).toEqual([fresh, old]);
  expect(waiting.promoted().hasNext).toBe(false);
  expect(kidsOf(waiting.promoted().pruned())).toEqual([fresh]);
});

test('a step that is done twice, by a program that was stopped in between, is done once', () => {
  const waiting = KeyRing.generate(now).withNext(now);
  const promoted = waiting.promoted();
  expect(kidsOf(promoted.promoted())).toEqual(kidsOf(promoted));
  expect(kidsOf(promoted.pruned().pruned())).toEqual(kidsOf(promoted.pruned()));
  expect(kidsOf(waiting.pruned())).toEqual(kidsOf(waiting));
});

test('whatever is done in whatever order, by whatever clock, there is a key that signs and that is published', () => {
  const steps = fc.array(
    fc.oneof(
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.constantFrom('promoted' as const, 'pruned' as const),
    ),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      let ring = KeyRing.generate(now);
      for (const step of all) {
        const before = ring.signing.kid;
        ring = step instanceof Date ? ring.withNext(step) : ring[step]();
        expect(ring.publicKeys.has(ring.signing.kid)).toBe(true);
        if (step !== 'promoted') expect(ring.signing.kid).toBe(before);
      }
      expect(ring.promoted().pruned().keys).toHaveLength(1);
    }),
    { numRuns: 30 },
  );
});

test('nothing secret is shown where a ring is logged or its public keys are written', () => {
  const ring = KeyRing.generate(now);
  const { d } = ring.signing.jwk;
  const shown = [JSON.stringify(ring), inspect(ring), JSON.stringify(ring.publicKeys.document())].join();
  expect(shown).not.toContain(d);
});

const good = KeyRing.generate(now).document().keys[0]!;
const other = KeyRing.generate(now).document().keys[0]!;

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'expected object'],
  ['no key', { keys: [] }, 'keys: must have at least one key'],
  ['a public key', { keys: [{ ...good, d: undefined }] }, 'keys.0.d'],
  [
    'halves that do not belong together',
    { keys: [{ ...good, d: other.d }] },
    'keys.0.d: does not belong to x',
  ],
  ['a key of another kind', { keys: [{ ...good, kty: 'RSA' }] }, 'keys.0.kty: must be OKP'],
  ['no time', { keys: [{ ...good, created: 'yesterday' }] }, 'keys.0.created'],
])('%s is no ring, and the error says where without the secret', (_, document, words) => {
  const parse = () => KeyRing.parse(document);
  expect(parse).toThrow(
    expect.objectContaining({ code: 'invalid-keys', detail: expect.stringContaining(words) }),
  );
  expect(parse).not.toThrow(good.d);
});

describe('out of its Secret', () => {
  const secretWith = (text: string) => ({ data: { 'keys.json': Buffer.from(text).toString('base64') } });

  test('a ring is read as it was written', () => {
    const ring = KeyRing.generate(now);
    const read = KeyRing.fromSecret(secretWith(JSON.stringify(ring.document())));
    expect(read?.document()).toEqual(ring.document());
  });

  test.each([
    ['no Secret', undefined],
    ['no data', {}],
    ['other data', { data: {} }],
    ['', secretWith('')],
  ])('there is none in %s', (_, secret) => expect(KeyRing.fromSecret(secret)).toBeUndefined());

  test.each([
    ['half a document', JSON.stringify({ keys: [good] }).slice(1)],
    ['a key that stands there as it is', good.d],
    ['a document of something else', JSON.stringify({ d: good.d, keys: good.d })],
  ])('%s is refused, with what to do and nothing of what it says', (_, text) => {
    const error = errorOf(() => KeyRing.fromSecret(secretWith(text)));
    expect(error).toMatchObject({ code: 'invalid-keys', detail: expect.stringContaining('keys.json') });
    const shown = inspect(error, { depth: null });
    expect(shown).toContain('filled anew by the controller');
    for (const part of [good.d, good.d.slice(0, 8), text.slice(0, 10)]) expect(shown).not.toContain(part);
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
