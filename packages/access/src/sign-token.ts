import type { KeyRing } from './key-ring';
import { tokenAlgorithm, tokenAudience, tokenIssuer, type TokenScope } from './token-scope';

export interface SignOptions {
  readonly now: Date;
  /** Default 300, as short as a person with curl can bear: a token cannot be called back. */
  readonly lifeSeconds?: number;
}

const defaultLifeSeconds = 300;

/** A JWT (RFC 7519) for this scope, signed by the first key of the ring, valid from now on. */
export async function signToken(
  ring: KeyRing,
  scope: TokenScope,
  { now, lifeSeconds = defaultLifeSeconds }: SignOptions,
): Promise<string> {
  const { SignJWT } = await import('jose/jwt/sign');
  const { namespace, pods, keys } = scope;
  const seconds = Math.floor(now.getTime() / 1_000);
  const { kid, jwk } = ring.signing;
  return new SignJWT({ namespace, ...(pods && { pods: [...pods] }), ...(keys && { keys }) })
    .setProtectedHeader({ alg: tokenAlgorithm, kid, typ: 'JWT' })
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + lifeSeconds)
    .sign(jwk);
}
