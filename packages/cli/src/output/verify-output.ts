import * as z from 'zod';

const askedOutput = z.union([
  z.literal('never'),
  z.object({
    median: z.string(),
    least: z.string().describe('of a measured median that is accepted'),
    most: z.string(),
    loss: z.string().describe('chance that a SYN or its answer is lost, as 5%; "in runs" is not judged'),
  }),
]);

const measuredOutput = z.object({
  added: z.string().optional().describe('the difference of the two medians; absent when one is missing'),
  median: z.string().optional().describe('of the round trips to the port'),
  idle: z.string().optional().describe('median of those to the agent port, which no fault touches'),
  answered: z.number(),
  lost: z.number(),
});

const verifiedPair = z.object({
  from: z.string().describe('the pod that connects, or with --agent its address'),
  to: z.string(),
  address: z.string().describe('of the destination'),
  faults: z.array(z.string()).describe('names of the faults that are met'),
  asked: askedOutput
    .optional()
    .describe(
      'what a TCP round trip takes longer by the word of both agents; "never": nothing gets through; absent when an agent did not say',
    ),
  measured: measuredOutput.optional().describe('absent when nothing was measured'),
  verdict: z.enum(['ok', 'off', 'unreachable', 'unmeasurable']),
  reason: z.string().optional().describe('absent when it is ok'),
});

/** -o json of verify. */
export const verifyOutput = z.object({
  object: z
    .object({ name: z.string().describe('as networkfault/slow-pd'), phase: z.string() })
    .optional()
    .describe('the one that was named'),
  port: z.number().describe('that was connected to'),
  count: z.number().describe('connects of each pair'),
  pods: z.array(z.string()).describe('all ends'),
  possible: z
    .number()
    .describe('pairs that there are; when more than there are in pairs, those are a sample'),
  summary: z.object({
    ok: z.number(),
    off: z.number(),
    unreachable: z.number(),
    unmeasurable: z.number(),
  }),
  pairs: z.array(verifiedPair).describe('ordered: from each pod to each other'),
});

export type VerifiedPair = Readonly<z.output<typeof verifiedPair>>;
export type VerifyOutput = Readonly<z.output<typeof verifyOutput>>;
