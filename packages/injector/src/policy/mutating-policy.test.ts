import { annotations, injectionLabel, mirrorPodAnnotation, podSecurityEnforceLabel } from '@podlag/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { judge, podWith } from '../../test/judge';
import { shippedTemplate } from '../../test/templates';
import { skipReasons } from '../skip-rules';
import { mutatingPolicy } from './mutating-policy';
import { skipConditions } from './skip-conditions';

// Whether pods come out as they should is in test/policy/*.apiserver.ts.

interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly { readonly key: string; readonly values: readonly string[] }[];
}

interface Document {
  readonly kind: string;
  readonly spec: { readonly matchResources?: { readonly namespaceSelector: Selector } };
  readonly webhooks?: readonly { readonly namespaceSelector: Selector }[];
}

const deployed = (file: string): string =>
  readFileSync(join(__dirname, '../../../../deploy/base', file), 'utf8');

function selectorIn(documents: readonly unknown[]): Selector | undefined {
  const all = documents as readonly Document[];
  return all
    .map(({ spec }) => spec.matchResources?.namespaceSelector)
    .find((selector) => selector !== undefined);
}

const selector = selectorIn(
  mutatingPolicy(shippedTemplate, { mode: 'native', ownNamespace: 'podlag-system' }),
);
const [systemNamespaces, podSecurity] = selector?.matchExpressions ?? [];

test('webhook, policy and the net under them are for the same namespaces', () => {
  const [webhook] = loadAll(deployed('mutating-webhook-configuration.yaml')) as Document[];
  const ofWebhook = webhook?.webhooks?.[0]?.namespaceSelector;
  expect(selectorIn(loadAll(deployed('sidecar-policy.yaml')))).toEqual(ofWebhook);
  expect({ ...selector, matchExpressions: [systemNamespaces] }).toEqual(ofWebhook);
  expect(selector?.matchLabels).toEqual({ [injectionLabel.name]: injectionLabel.value });
});

test('the namespaces that the binding leaves out are those that the webhook leaves alone', () => {
  for (const namespace of systemNamespaces?.values ?? []) {
    expect(judge(podWith(), { namespace })).toMatchObject({ reason: 'system-namespace' });
  }
  const levels = ['privileged', 'baseline', 'restricted'].filter(
    (level) => judge(podWith(), { labels: { [podSecurityEnforceLabel]: level } }).reason === 'pod-security',
  );
  expect(podSecurity).toEqual({ key: podSecurityEnforceLabel, operator: 'NotIn', values: levels });
});

test('each reason to leave a pod alone has its condition, or is a matter of the namespace', () => {
  const names = skipConditions(shippedTemplate, 'plain').map(({ name }) => name.replace(/^not-/, ''));
  expect([...names, 'system-namespace', 'pod-security'].sort()).toEqual(Object.keys(skipReasons).sort());
});

test('the net knows the names of container, volume, annotations and labels by which podlag goes', () => {
  const text = deployed('sidecar-policy.yaml');
  expect(text).toContain(`container.name == '${shippedTemplate.agent.name}'`);
  expect(text).toContain(`mount.name.startsWith('${shippedTemplate.volumes.at(-1)?.name ?? ''}')`);
  expect(text).toContain(`[?'${annotations.inject}']`);
  expect(text).toContain(`[?'${podSecurityEnforceLabel}']`);
  expect(text).toContain(`'${mirrorPodAnnotation}' in`);
});

test('a template whose agents ask for tokens needs to bring the keys itself', () => {
  const options = { mode: 'native', ownNamespace: 'podlag-system' } as const;
  const withEnv = (...names: readonly string[]) => {
    const env = names.map((name) => ({ name, value: 'token' }));
    return { ...shippedTemplate, agent: { ...shippedTemplate.agent, env } };
  };
  expect(() => mutatingPolicy(withEnv('PODLAG_ACCESS'), options)).toThrow(
    expect.objectContaining({ code: 'policy-without-keys' }),
  );
  expect(mutatingPolicy(withEnv('PODLAG_ACCESS', 'PODLAG_TOKEN_KEYS'), options)).toHaveLength(2);
});
