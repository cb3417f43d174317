import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import * as z from 'zod';

/** A key that verifies (RFC 8037, 2). */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** A key that signs. */
export interface PrivateJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly d: string;
}

/** 32 bytes, in the one spelling that base64url has for them (RFC 4648, 3.5): one key is not to be had under two names. */
const octets = z.string().refine((text) => {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 32 && bytes.toString('base64url') === text;
}, 'must be 32 bytes in base64url');

const onlyEd25519 = {
  kty: z.literal('OKP', 'must be OKP: only Ed25519 keys are taken'),
  crv: z.literal('Ed25519', 'must be Ed25519'),
  x: octets,
};

/** Of the members that it does not know, a public key has none that could matter (RFC 7517, 4). */
export const publicJwk = z
  .object({
    ...onlyEd25519,
    kid: z.string().optional(),
    d: z.undefined('is the private half of the key, which belongs in the Secret alone').optional(),
  })
  .refine(({ x, kid }) => kid === undefined || kid === thumbprintOf(x), {
    path: ['kid'],
    message: 'must be the thumbprint of the key (RFC 7638), or absent',
  })
  .transform(({ x }) => publicJwkOf(x));

/** The same with the private half, which has to belong to the public one. */
export const privateJwk = z
  .object({ ...onlyEd25519, d: octets })
  .refine((jwk) => publicHalf(jwk) === jwk.x, { path: ['d'], message: 'does not belong to x' });

/** The public key with this `x`. Its `kid` is the thumbprint, so that a key has one name wherever it is. */
export function publicJwkOf(x: string): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x, kid: thumbprintOf(x), alg: 'EdDSA', use: 'sig' };
}

/** A new key, of the system's randomness. */
export function newPrivateJwk(): PrivateJwk {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return privateJwk.parse({ kty: 'OKP', crv: 'Ed25519', x, d });
}

/** RFC 7638, 3: the required members in the order of their names, without a space. RFC 8037, 2, says which those are. */
function thumbprintOf(x: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
}

function publicHalf({ kty, crv, x, d }: PrivateJwk): string | undefined {
  const key = createPrivateKey({ format: 'jwk', key: { kty, crv, x, d } });
  return createPublicKey(key).export({ format: 'jwk' }).x;
}
