import { kubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  injectors,
  isReady,
  labelled,
  makeNamespace,
  namespace,
  podManifest,
  read,
  removeNamespaces,
  rolledOut,
  tryPod,
} from './installation';
import { repository } from './readme-lines';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const overlay = `${repository}/deploy/overlays/production`;
const taint = 'podlag.io/test=production:NoSchedule';
const tainted = 'podlag-node-3';

beforeAll(async () => {
  await kubectl(['taint', 'node', tainted, taint]);
  await makeNamespace('in-production', labelled);
  await kubectl(['apply', '-k', overlay]);
}, 60_000);

afterAll(async () => {
  await kubectl(['taint', 'node', tainted, `${taint}-`]);
  await removeNamespaces('in-production');
  await kubectl(['delete', '--ignore-not-found', '--wait', '-k', overlay]);
}, 90_000);

/** Where injectors run. */
async function nodes(): Promise<string[]> {
  const { items } = await read<{
    items: readonly { metadata: { deletionTimestamp?: string }; spec: { nodeName?: string } }[];
  }>('pods', '--namespace', namespace, '--selector', 'app.kubernetes.io/name=podlag-injector');
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ spec }) => spec.nodeName ?? 'none');
}

test('with more replicas than nodes that take them the rollout ends all the same', async () => {
  await rolledOut();
  await until(async () => (await injectors()).filter(isReady).length === 3);
  const on = await nodes();
  expect(on).not.toContain(tainted);
  expect(on.map((name) => on.filter((other) => other === name).length).sort()).toEqual([1, 2, 2]);
  await until(async () => (await tryPod('in-production', podManifest('a'))).said.includes('injected'));
}, 90_000);

test('and so does the next one', async () => {
  await kubectl(['--namespace', namespace, 'rollout', 'restart', 'deployment/podlag-injector']);
  await rolledOut();
  await until(async () => (await nodes()).length === 3);
  expect(await nodes()).not.toContain(tainted);
}, 90_000);
