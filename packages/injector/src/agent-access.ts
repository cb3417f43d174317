import { environmentName } from '@podlag/core';
import type { TemplateContainer } from './template-schema';

/** Who may change what an agent does: whoever reaches it, or whoever has a token. docs/access.md. */
export const agentAccessModes = ['open', 'token'] as const;

/** What agents are told of it. */
export type AgentAccess =
  | { readonly mode: 'open' }
  /** `keys` is the JWK Set of the public keys, in one line. */
  | { readonly mode: 'token'; readonly keys: string };

export const openAccess: AgentAccess = { mode: 'open' };

type EnvVar = NonNullable<TemplateContainer['env']>[number];

const field = (name: string, fieldPath: string): EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

/** Which pod it is, an agent learns in either mode: the downward API knows, and a review often not yet. */
const identity: readonly EnvVar[] = [
  field(environmentName('podNamespace'), 'metadata.namespace'),
  field(environmentName('podName'), 'metadata.name'),
];

/** The environment by which an agent learns who it is and whom to obey. Open is what it takes for granted. */
export function accessEnv(access: AgentAccess): readonly EnvVar[] {
  if (access.mode === 'open') return identity;
  return [
    ...identity,
    { name: environmentName('access'), value: access.mode },
    { name: environmentName('tokenKeys'), value: access.keys },
  ];
}
