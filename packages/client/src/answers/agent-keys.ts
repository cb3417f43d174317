import { mostKeys } from '@podlag/access';
import * as z from 'zod';

/** GET /v1/keys: the public keys (a JWKS, RFC 7517) by which the agent knows a token. */
export const agentKeys = z
  .object({ generation: z.number(), keys: z.array(z.looseObject({})).max(mostKeys).readonly() })
  .readonly();
export type AgentKeys = z.output<typeof agentKeys>;
