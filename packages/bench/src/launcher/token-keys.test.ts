import { podlagNamespace, tokenSecret } from '@podlag/access';
import { parseYaml } from '@podlag/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../../../../deploy/bench');

function documentsOf(file: string): readonly Readonly<Record<string, unknown>>[] {
  const texts = readFileSync(join(folder, file), 'utf8').split(/^---$/m);
  return texts.map((text) => parseYaml(file, text) as Readonly<Record<string, unknown>>);
}

test('in token mode the Job can be let read the Secret of the keys, and nothing else of that namespace', () => {
  const [role, binding] = documentsOf('token-keys.yaml');
  const { name, namespace } = (
    documentsOf('rbac.yaml')[0] as { readonly metadata: Readonly<Record<string, string>> }
  ).metadata;
  expect(role).toMatchObject({
    metadata: { namespace: podlagNamespace },
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [tokenSecret.name], verbs: ['get'] }],
  });
  expect(binding).toMatchObject({
    metadata: { namespace: podlagNamespace },
    roleRef: { kind: 'Role', name: (role as { readonly metadata: { readonly name: string } }).metadata.name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
});
