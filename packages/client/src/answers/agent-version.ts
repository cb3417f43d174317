import * as z from 'zod';

/** GET /version. */
export const agentVersion = z.object({ version: z.string(), node: z.string() }).readonly();
export type AgentVersion = z.output<typeof agentVersion>;

/** GET /readyz, of either status. */
export const agentReadiness = z
  .object({ status: z.string(), reason: z.string().optional() })
  .transform(({ status, reason }) =>
    status === 'ready' ? { ready: true as const } : { ready: false as const, reason: reason ?? status },
  )
  .readonly();

/** Whether what was asked for at the agent's start is in force; if not, why, and what to do. */
export type AgentReadiness = z.output<typeof agentReadiness>;
