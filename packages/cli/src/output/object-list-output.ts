import * as z from 'zod';
import { podCounts } from './pod-counts';

const failure = z.object({
  pod: z.string(),
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional(),
});

export const listedObject = z.object({
  kind: z.enum(['NetworkFault', 'LatencyMatrix', 'Scenario']),
  namespace: z.string(),
  name: z.string(),
  phase: z.string().describe('Pending while the controller has not looked at the present spec'),
  pods: podCounts,
  created: z.string().optional().describe('RFC 3339'),
  startTime: z.string().optional().describe('RFC 3339'),
  endTime: z.string().optional().describe('RFC 3339'),
  position: z.string().optional().describe('of a Scenario that is paused: how far it had come'),
  message: z.string().optional().describe('why it is not Effective'),
  failures: z.array(failure).describe('the first ten'),
});

/** -o json of the commands that list objects. */
export const objectListOutput = z.object({ objects: z.array(listedObject) });

export type ListedObject = Readonly<z.output<typeof listedObject>>;
