import * as z from 'zod';

/** -o json of version. */
export const versionOutput = z.object({
  client: z.object({ version: z.string(), node: z.string() }),
  kubernetes: z.string().optional().describe('of the API server; absent without a cluster'),
  images: z
    .record(z.string(), z.string())
    .describe('by Deployment in podlag-system: the controller, the injector'),
  agents: z.array(z.object({ version: z.string(), count: z.number() })).describe('of the namespace'),
});

export type VersionOutput = z.output<typeof versionOutput>;
