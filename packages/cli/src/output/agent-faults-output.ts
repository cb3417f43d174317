import * as z from 'zod';

const agentFaults = z.object({
  agent: z.string().describe('its address'),
  faults: z.array(
    z.object({
      fault: z.looseObject({ name: z.string() }).describe('a fault document, as of /v1/faults'),
      expiresAt: z.string().optional().describe('RFC 3339; absent when it has no ttl'),
    }),
  ),
});

/** -o json of fault list --agent. */
export const agentFaultsOutput = z.object({ agents: z.array(agentFaults) });

export type AgentFaults = Readonly<z.output<typeof agentFaults>>;
