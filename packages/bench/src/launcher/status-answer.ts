import * as z from 'zod';
import type { RunStatus } from '../orchestrator/run-status';
import { runPhases } from '../record/manifest';

/** What an orchestrator answers to `GET /v1/status`. Fields that are not known here are those of a newer one. */
export const statusAnswer = z.object({
  run: z.string(),
  phase: z.enum(runPhases),
  startedAt: z.string(),
  workers: z.array(
    z.object({
      name: z.string(),
      node: z.string(),
      zone: z.string().optional(),
      network: z.enum(['pod', 'host']),
      state: z.enum(['waiting', 'here', 'lost']),
    }),
  ),
  planned: z.number(),
  done: z.number(),
  failed: z.number(),
  secondsLeft: z.number(),
  now: z.array(z.string()),
  problem: z.object({ code: z.string(), detail: z.string(), hint: z.string() }).optional(),
}) satisfies z.ZodType<RunStatus>;
