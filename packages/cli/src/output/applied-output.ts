import * as z from 'zod';
import { podCounts } from './pod-counts';

const appliedObject = z.object({
  kind: z.enum(['NetworkFault', 'LatencyMatrix', 'Scenario']),
  namespace: z.string(),
  name: z.string(),
  phase: z
    .string()
    .optional()
    .describe('as it was when the command ended; absent when it was not waited for'),
  pods: podCounts.optional(),
});

/** -o json of every command that applies, changes or deletes objects. */
export const appliedOutput = z.object({
  result: z.enum(['applied', 'would-be-applied', 'changed', 'deleted']),
  objects: z.array(appliedObject),
});

export type AppliedObject = Readonly<z.output<typeof appliedObject>>;
export type AppliedOutput = z.output<typeof appliedOutput>;
