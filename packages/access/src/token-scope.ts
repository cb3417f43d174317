import * as z from 'zod';

/** What a token is good for. */
export interface TokenScope {
  readonly namespace: string;
  /** Names of pods. Absent: every pod of the namespace, also one that is made later. */
  readonly pods?: readonly string[];
  /** It may replace the keys of agents too. */
  readonly keys?: true;
}

/** Which pod an agent is in. */
export interface AgentIdentity {
  readonly namespace: string;
  readonly pod: string;
}

/** The `iss` (RFC 7519, 4.1.1) of every token. */
export const tokenIssuer = 'podlag';

/** The `aud` (RFC 7519, 4.1.3) of every token. */
export const tokenAudience = 'podlag-agent';

/** The only signature that counts: `EdDSA` (RFC 8037, 3.1) with Ed25519. */
export const tokenAlgorithm = 'EdDSA';

/** The claims that say the scope. A list of pods that cannot be read must not pass for one that is absent. */
export const scopeClaims = z.object({
  namespace: z.string().min(1),
  pods: z.array(z.string()).optional(),
  keys: z.literal(true).optional(),
});
