import * as z from 'zod';

const way = z.object({
  exempt: z.boolean().describe('no fault may touch it'),
  reason: z.string(),
  faults: z.array(z.string()),
  profile: z.looseObject({}).optional().describe('what happens to a packet, in a fault’s words'),
});

const addedTime = z
  .union([z.literal('never'), z.object({ least: z.string(), most: z.string() })])
  .describe('durations; "never" where nothing gets through');

export const explainedSide = z.object({
  agent: z.string().describe('whose kernel does it'),
  peer: z.string().describe('address of the other end'),
  egress: way.optional(),
  ingress: way.optional(),
  note: z.string().optional(),
  expected: z
    .object({
      roundTrip: addedTime,
      tcpConnect: addedTime.optional(),
      tlsHandshake: addedTime.optional(),
      httpAnswer: addedTime.optional(),
      without: z.array(z.string()).describe('effects that are met and not in these times'),
    })
    .optional(),
});

/** -o json of explain. */
export const explainOutput = z.object({
  sides: z.array(explainedSide).describe('the pod’s own agent first, then the peer’s where it has one'),
});

export type ExplainedSide = z.output<typeof explainedSide>;
