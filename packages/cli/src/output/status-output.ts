import * as z from 'zod';
import { listedObject } from './object-list-output';

const heldFault = z.object({
  name: z.string(),
  from: z.string().describe('"call" for what calls have set, or the name of the plan it belongs to'),
  state: z.enum(['in-force', 'waiting', 'ended', 'expired', 'refused']),
  changesAt: z.string().optional().describe('RFC 3339: when it ends or begins by itself'),
  detail: z.string().optional().describe('why it is refused'),
  hint: z.string().optional(),
});

const agentStatus = z.object({
  agent: z.string().describe('the pod, or with --agent its address'),
  namespace: z.string().optional(),
  version: z.string(),
  drift: z.number().describe('differences between what is asked and the kernel'),
  faults: z.array(heldFault),
});

/** -o json of status. */
export const statusOutput = z.object({
  agents: z.array(agentStatus),
  objects: z.array(listedObject).describe('none with --agent'),
});

export type HeldFault = Readonly<z.output<typeof heldFault>>;
export type AgentStatus = Readonly<z.output<typeof agentStatus>>;
