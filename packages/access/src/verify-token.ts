import type { PodlagError } from '@podlag/core';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import { accessErrors } from './access-errors';
import type { PublicKeys } from './public-keys';
import {
  scopeClaims,
  tokenAlgorithm,
  tokenAudience,
  tokenIssuer,
  type AgentIdentity,
  type TokenScope,
} from './token-scope';

export interface VerifyOptions {
  readonly keys: PublicKeys;
  /** Who is asked. */
  readonly identity: AgentIdentity;
  readonly now: Date;
  /** What more than its namespace and pods the token has to be good for. */
  readonly scope?: 'keys';
}

/** Room for the names of more than a hundred pods. Whoever is nobody yet is not to make us compute much. */
const longestToken = 8_192;

/** Between the clocks of who signs and of the node. */
const leewaySeconds = 5;

/**
 * Returns when the token is good for this agent now.
 *
 * @throws PodlagError `token-missing`, `token-invalid`, `token-expired`, `token-not-yet-valid`, `token-elsewhere`,
 *   `token-without-scope`
 */
export async function verifyToken(
  token: string | undefined,
  { keys, identity, now, scope }: VerifyOptions,
): Promise<void> {
  if (token === undefined || token === '') throw accessErrors.error('token-missing', 'the call has no token');
  if (token.length > longestToken)
    throw accessErrors.error('token-invalid', `a token has at most ${longestToken} characters`);
  const claims = scopeClaims.safeParse(await verifiedClaims(token, keys, now));
  if (!claims.success) throw accessErrors.error('token-invalid', 'the claims of the token say no scope');
  assertGoodFor(claims.data, identity, scope);
}

async function verifiedClaims(token: string, keys: PublicKeys, now: Date): Promise<JWTPayload> {
  // Only here: an agent that asks for no tokens pays nothing for the library.
  const { jwtVerify } = await import('jose/jwt/verify');
  const options: JWTVerifyOptions = {
    algorithms: [tokenAlgorithm],
    issuer: tokenIssuer,
    audience: tokenAudience,
    clockTolerance: leewaySeconds,
    currentDate: now,
    requiredClaims: ['iat', 'nbf', 'exp'],
  };
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => keyOf(kid, keys), options);
    return payload;
  } catch (error) {
    throw refusal(error);
  }
}

function keyOf(kid: string | undefined, keys: PublicKeys): { [member: string]: unknown; kty: string } {
  const key = kid === undefined ? undefined : keys.get(kid);
  if (key === undefined)
    throw accessErrors.error('token-invalid', 'the token is signed by a key that this agent does not know', {
      hint: 'It may be of another cluster, or its key was replaced meanwhile: have a new one signed. GET /v1/keys lists the keys of this agent.',
    });
  return { ...key };
}

/** By jose's stable codes. No part of the token is repeated: who reads the log must not find one there. */
function refusal(error: unknown): Error {
  const { code, claim, reason } = error as { code?: string; claim?: string; reason?: string };
  if (code === 'ERR_JWT_EXPIRED') return accessErrors.error('token-expired', 'the token has expired');
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') return claimRefusal(claim ?? '', reason);
  const why = code === undefined ? undefined : reasons[code];
  if (why !== undefined) return accessErrors.error('token-invalid', why, { cause: error });
  return error as Error;
}

function claimRefusal(claim: string, reason: string | undefined): PodlagError {
  if (claim === 'nbf' && reason === 'check_failed')
    return accessErrors.error('token-not-yet-valid', 'the token is not valid yet');
  return accessErrors.error(
    'token-invalid',
    `the token's claim ${claim} is ${reason === 'missing' ? 'missing' : 'wrong'}`,
  );
}

const notSigned = 'the signature of the token is not by the key that it names';
const notJwt = 'what was sent is not a JWT';

const reasons: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: `the token is not signed with ${tokenAlgorithm}`,
  ERR_JOSE_NOT_SUPPORTED: 'the token asks for something that is not supported',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: notSigned,
  ERR_JWS_INVALID: notJwt,
  ERR_JWT_INVALID: notJwt,
};

function assertGoodFor(token: TokenScope, identity: AgentIdentity, scope: 'keys' | undefined): void {
  if (token.namespace !== identity.namespace)
    throw accessErrors.error(
      'token-elsewhere',
      `the token is for another namespace than ${identity.namespace}`,
    );
  if (token.pods?.includes(identity.pod) === false)
    throw accessErrors.error('token-elsewhere', `the token is for other pods than ${identity.pod}`);
  if (scope === 'keys' && token.keys !== true)
    throw accessErrors.error('token-without-scope', 'the token is not good for replacing keys');
}
