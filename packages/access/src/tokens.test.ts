import { createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { isPodlagError } from '@podlag/core';
import * as fc from 'fast-check';
import type { accessErrors } from './access-errors';
import { KeyRing } from './key-ring';
import { PublicKeys } from './public-keys';
import { signToken } from './sign-token';
import type { TokenScope } from './token-scope';
import { verifyToken, type VerifyOptions } from './verify-token';

const now = new Date('2026-11-20T12:00:00.000Z');
const seconds = now.getTime() / 1_000;
const ring = KeyRing.generate(now);
const keys = ring.publicKeys;
const identity = { namespace: 'shop', pod: 'tikv-0' };
const asked: VerifyOptions = { keys, identity, now };

const later = (ms: number) => new Date(now.getTime() + ms);
const refusedWith = (code: keyof typeof accessErrors.kinds): unknown => expect.objectContaining({ code });

describe('what is signed is accepted', () => {
  test.each<[string, TokenScope, Partial<VerifyOptions>]>([
    ['for a whole namespace', { namespace: 'shop' }, {}],
    ['for this pod among others', { namespace: 'shop', pods: ['tikv-1', 'tikv-0'] }, {}],
    ['for the keys', { namespace: 'shop', keys: true }, { scope: 'keys' }],
    ['in its last second and the leeway', { namespace: 'shop' }, { now: later(304_000) }],
    ['by a clock that is five seconds behind', { namespace: 'shop' }, { now: later(-5_000) }],
  ])('%s', async (_, scope, options) => {
    const token = await signToken(ring, scope, { now });
    await expect(verifyToken(token, { ...asked, ...options })).resolves.toBeUndefined();
  });

  test('for as long as is asked', async () => {
    const token = await signToken(ring, { namespace: 'shop' }, { now, lifeSeconds: 3_600 });
    await expect(verifyToken(token, { ...asked, now: later(3_599_000) })).resolves.toBeUndefined();
  });
});

describe('a token is good for what it says and nothing else', () => {
  test.each<[string, TokenScope, Partial<VerifyOptions>, keyof typeof accessErrors.kinds]>([
    ['in another namespace', { namespace: 'other' }, {}, 'token-elsewhere'],
    ['on another pod', { namespace: 'shop', pods: ['tikv-1'] }, {}, 'token-elsewhere'],
    ['on any pod, when it names none', { namespace: 'shop', pods: [] }, {}, 'token-elsewhere'],
    ['for keys, when it does not say so', { namespace: 'shop' }, { scope: 'keys' }, 'token-without-scope'],
    ['after its end and the leeway', { namespace: 'shop' }, { now: later(305_000) }, 'token-expired'],
    ['before its time and the leeway', { namespace: 'shop' }, { now: later(-6_000) }, 'token-not-yet-valid'],
    ['by other keys', { namespace: 'shop' }, { keys: KeyRing.generate(now).publicKeys }, 'token-invalid'],
  ])('not %s', async (_, scope, options, code) => {
    const token = await signToken(ring, scope, { now });
    await expect(verifyToken(token, { ...asked, ...options })).rejects.toEqual(refusedWith(code));
  });
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = { alg: 'EdDSA', kid: ring.signing.kid, typ: 'JWT' };
const claims = {
  ...{ iss: 'podlag', aud: 'podlag-agent', iat: seconds, nbf: seconds, exp: seconds + 60 },
  namespace: 'shop',
};
const ringKey = createPrivateKey({ format: 'jwk', key: { ...ring.signing.jwk } });

/** A JWT by node:crypto alone (RFC 7515, 7.1; RFC 8032). */
function handmade(head: object = header, body: object = claims, key = ringKey): string {
  const signed = `${part(head)}.${part(body)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

function hmacToken(): string {
  const { x } = keys.document().keys[0]!;
  const signed = `${part({ ...header, alg: 'HS256' })}.${part(claims)}`;
  const mac = createHmac('sha256', Buffer.from(x, 'base64url')).update(signed).digest('base64url');
  return `${signed}.${mac}`;
}

test('a token that another program makes by the RFCs is accepted', async () => {
  await expect(verifyToken(handmade(), asked)).resolves.toBeUndefined();
});

const without = (claim: keyof typeof claims) => ({ ...claims, [claim]: undefined });
const stranger = generateKeyPairSync('ed25519').privateKey;

test.each<[string, string]>([
  ['alg none without a signature', `${part({ ...header, alg: 'none' })}.${part(claims)}.`],
  ['alg none with the signature of EdDSA', handmade({ ...header, alg: 'none' })],
  ['alg HS256 with the public key as its secret', hmacToken()],
  ['a name of the algorithm in other letters', handmade({ ...header, alg: 'eddsa' })],
  ['the signature of another key under the name of ours', handmade(header, claims, stranger)],
  ['a key that brings itself along', handmade({ alg: 'EdDSA', jwk: { ...keys.document().keys[0] } })],
  ['no name of a key', handmade({ alg: 'EdDSA' })],
  ['a name of a key that is no text', handmade({ ...header, kid: 7 })],
  ['a demand that nobody knows', handmade({ ...header, crit: ['x'], x: 1 })],
  ['claims that were changed after it was signed', changedClaims()],
  ['another issuer', handmade(header, { ...claims, iss: 'someone' })],
  ['another audience', handmade(header, { ...claims, aud: 'api' })],
  ['no issuer', handmade(header, without('iss'))],
  ['no audience', handmade(header, without('aud'))],
  ['no time of issue', handmade(header, without('iat'))],
  ['no begin', handmade(header, without('nbf'))],
  ['no end', handmade(header, without('exp'))],
  ['an end that is no number', handmade(header, { ...claims, exp: 'never' })],
  ['no namespace', handmade(header, without('namespace'))],
  ['an empty namespace', handmade(header, { ...claims, namespace: '' })],
  ['pods that are no list, which must not pass for all', handmade(header, { ...claims, pods: null })],
  ['a pod that is no name', handmade(header, { ...claims, pods: [{}] })],
  ['claims that are no object', handmade(header, [])],
  ['two parts', 'a.b'],
  ['five parts', 'a.b.c.d.e'],
  ['spaces', ' . . '],
  ['more than 8192 characters, though all of it is right', handmade(header, { ...claims, pods: manyPods() })],
])('a token with %s is refused', async (_, token) => {
  await expect(verifyToken(token, asked)).rejects.toEqual(refusedWith('token-invalid'));
});

test.each([undefined, ''])('%j is no token', async (token) => {
  await expect(verifyToken(token, asked)).rejects.toEqual(refusedWith('token-missing'));
});

test('whatever is sent is answered with a refusal that repeats none of it', async () => {
  const anyPart = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyPart, { minLength: 1, maxLength: 5 }), async (parts) => {
      const token = parts.join('.') || 'x';
      const refusal: unknown = await verifyToken(token, asked).catch((error: unknown) => error);
      expect(isPodlagError(refusal) && refusal.kind.status).toBe(401);
      if (token.length > 60) expect(JSON.stringify(refusal)).not.toContain(token);
    }),
  );
});

test('a signature with any bit turned is none', async () => {
  const token = handmade();
  const at = token.lastIndexOf('.') + 1;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 511 }), async (bit) => {
      const signature = Buffer.from(token.slice(at), 'base64url');
      signature[bit >> 3]! ^= 1 << (bit & 7);
      const turned = token.slice(0, at) + signature.toString('base64url');
      await expect(verifyToken(turned, asked)).rejects.toEqual(refusedWith('token-invalid'));
    }),
  );
});

test('what a key may do is not to be read off the errors of another namespace', async () => {
  const token = await signToken(ring, { namespace: 'secret-project' }, { now });
  const refusal: unknown = await verifyToken(token, asked).catch((error: unknown) => error);
  expect(isPodlagError(refusal) && refusal.detail).not.toContain('secret-project');
});

test('tokens of the old key and of the new are accepted while both are published', async () => {
  const rotating = ring.withNext(now);
  const both = rotating.publicKeys;
  const old = await signToken(rotating, { namespace: 'shop' }, { now });
  const fresh = await signToken(rotating.promoted(), { namespace: 'shop' }, { now });
  await verifyToken(old, { ...asked, keys: both });
  await verifyToken(fresh, { ...asked, keys: both });
  await expect(verifyToken(fresh, asked)).rejects.toEqual(refusedWith('token-invalid'));
  const onlyNew = rotating.promoted().pruned().publicKeys;
  await verifyToken(fresh, { ...asked, keys: onlyNew });
  await expect(verifyToken(old, { ...asked, keys: onlyNew })).rejects.toEqual(refusedWith('token-invalid'));
  expect(PublicKeys.parse(onlyNew.document()).document()).toEqual(onlyNew.document());
});

function manyPods(): readonly string[] {
  return ['tikv-0', ...Array.from({ length: 600 }, (_, index) => `tikv-${index}`)];
}

function changedClaims(): string {
  const [head, , signature] = handmade().split('.');
  return `${head!}.${part({ ...claims, namespace: 'other' })}.${signature!}`;
}
