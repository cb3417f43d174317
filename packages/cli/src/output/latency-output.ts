import * as z from 'zod';

const agentLatency = z.object({
  agent: z.string().describe('the pod, or with --agent its address'),
  namespace: z.string().optional(),
  latency: z.string().describe('a duration, as 20ms; of get as the kernel has it for everybody'),
  to: z.array(z.string()).optional().describe('of set with --to: the only ones that meet it'),
  device: z.string().optional().describe('of get'),
  faults: z.array(z.string()).optional().describe('of get: names of the faults that calls have set'),
});

/** -o json of latency. */
export const latencyOutput = z.object({ agents: z.array(agentLatency) });

export type AgentLatency = Readonly<z.output<typeof agentLatency>>;
