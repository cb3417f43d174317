import * as z from 'zod';

/** What is looked at, in the order in which it is told: each stands on those before it. */
export const checkGroups = [
  'Kubernetes API',
  'custom resources',
  'injector',
  'webhook',
  'certificate',
  'policy',
  'controller',
  'tokens',
  'namespace',
  'pods and agents',
  'objects',
] as const;

const finding = z.object({
  check: z.string().describe('stable; docs/check.md has each'),
  group: z.enum(checkGroups),
  state: z.enum(['ok', 'warning', 'failed']),
  detail: z.string().describe('what was found'),
  fix: z.string().optional().describe('what to do, mostly a command; always there unless the state is ok'),
});

/** -o json of check. */
export const checkOutput = z.object({
  namespace: z.string().describe('whose pods were looked at'),
  ok: z.number(),
  warnings: z.number(),
  failed: z.number().describe('with any, the exit status is 3'),
  findings: z.array(finding),
});

export type CheckGroup = (typeof checkGroups)[number];
export type CheckOutput = Readonly<z.output<typeof checkOutput>>;
export type Finding = Readonly<z.output<typeof finding>>;
