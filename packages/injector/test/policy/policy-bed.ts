import { randomBytes } from 'node:crypto';
import { kubectl, tryKubectl } from './kubectl';

type Labels = Readonly<Record<string, string>>;

/** As much of a policy or its binding as has to be changed for a test. */
export interface PolicyDocument {
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
    readonly matchResources?: {
      readonly namespaceSelector: Readonly<Record<string, unknown>> & { readonly matchLabels: Labels };
    };
  };
}

/** A name that no other run has: in a bed without controllers no namespace ever goes. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** A namespace in which pods can be made at once. */
export async function makeNamespace(labels: Labels = {}, accounts: readonly string[] = []): Promise<string> {
  const name = uniqueName('podlag-policy');
  await kubectl(['create', 'namespace', name]);
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  if (pairs.length > 0) await kubectl(['label', 'namespace', name, ...pairs]);
  // A pod is refused as long as its service account is not there, which a controller makes sooner or later.
  for (const account of ['default', ...accounts]) {
    const { status, stderr } = await tryKubectl(['create', 'serviceaccount', account, '--namespace', name]);
    if (status !== 0 && !stderr.includes('already exists')) throw new Error(stderr);
  }
  return name;
}

/**
 * A policy and its binding under a name of its own, and for namespaces with that name as a label in place of
 * `sidecar-injection`: so that neither it nor what else is installed gets into the other's pods.
 */
export function underOwnName(documents: readonly PolicyDocument[], name: string): readonly PolicyDocument[] {
  return documents.map((document) => ({
    ...document,
    metadata: { ...document.metadata, name },
    spec: {
      ...document.spec,
      ...(document.spec.policyName === undefined ? {} : { policyName: name }),
      ...(document.spec.matchResources === undefined
        ? {}
        : { matchResources: ownSelector(document.spec.matchResources, name) }),
    },
  }));
}

type MatchResources = NonNullable<PolicyDocument['spec']['matchResources']>;

function ownSelector(resources: MatchResources, label: string): MatchResources {
  const { matchLabels, ...rest } = resources.namespaceSelector;
  const own = Object.fromEntries(Object.keys(matchLabels).map(() => [label, 'enabled']));
  return { ...resources, namespaceSelector: { ...rest, matchLabels: own } };
}
