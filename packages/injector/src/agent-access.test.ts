import { inject, podWith, type NamedJson, type PodJson } from '../test/judge';
import { predecessorText } from '../test/templates';
import type { AgentAccess } from './agent-access';
import { parseTemplate } from './template';

const token = (keys: string): AgentAccess => ({ mode: 'token', keys });

const accessIn = (pod: PodJson): unknown => {
  const [, agent] = pod.spec.containers;
  const env = agent?.env as readonly NamedJson[];
  return env.filter(({ name }) => /^PODLAG_(POD_|ACCESS|TOKEN)/.test(name));
};
const identity = [
  { name: 'PODLAG_POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
  { name: 'PODLAG_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
];

test('an agent learns which pod it is in, and of tokens only in token mode', () => {
  expect(accessIn(inject(podWith()))).toEqual(identity);
  expect(accessIn(inject(podWith(), { access: token('{"keys":[1]}') }))).toEqual([
    ...identity,
    { name: 'PODLAG_ACCESS', value: 'token' },
    { name: 'PODLAG_TOKEN_KEYS', value: '{"keys":[1]}' },
  ]);
});

test('the same pod, judged again after a rotation, gets the new keys', () => {
  const judged = ['a', 'b', 'a'].map((keys) => accessIn(inject(podWith(), { access: token(keys) })));
  expect(judged.map((env) => /"PODLAG_TOKEN_KEYS","value":"(.)"/.exec(JSON.stringify(env))?.[1])).toEqual([
    'a',
    'b',
    'a',
  ]);
  expect(accessIn(inject(podWith()))).toEqual(identity);
});

test('what the template says itself stays', () => {
  const text = `${predecessorText.trimEnd()}\n    env: [{name: PODLAG_ACCESS, value: open}]\n`;
  const template = parseTemplate({ name: 'sidecarconfig.yaml', text });
  expect(JSON.stringify(accessIn(inject(podWith(), { template, access: token('x') })))).toContain(
    '{"name":"PODLAG_ACCESS","value":"open"}',
  );
});
