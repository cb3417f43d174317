import { readFile } from 'node:fs/promises';
import { kubectl, tryKubectl } from '../deploy/command';
import { textOf } from '../deploy/manifest';
import { until } from '../deploy/until';
import { install, leader, makeNamespace, namespace, removeNamespaces, rolledOut } from './installation';
import { repository, typed } from './readme-lines';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const where = 'has-faults';
const plurals = ['networkfaults', 'latencymatrices', 'scenarios'] as const;

const object = (kind: string, spec: object) => ({
  ...{ apiVersion: 'podlag.io/v1alpha1', kind },
  metadata: { name: 'a', namespace: where },
  spec,
});

const objects = [
  object('NetworkFault', { selector: {}, delay: { time: '20ms' } }),
  object('LatencyMatrix', {
    regions: ['west', 'east'].map((name) => ({ name, pods: { matchLabels: { region: name } } })),
    links: [{ between: ['west', 'east'], rtt: '80ms' }],
  }),
  object('Scenario', { steps: [{ networkFault: 'a', for: '1m' }] }),
];

/** The line that deploy/README.md gives to uninstall. */
async function uninstallLine(): Promise<string> {
  const text = await readFile(`${repository}/deploy/README.md`, 'utf8');
  const [, line] = /^ {4}(kubectl delete -k .*?) +# uninstall/m.exec(text) ?? [];
  return line!;
}

const phaseOf = (plural: string) =>
  kubectl(['get', plural, 'a', '--namespace', where, '--output=jsonpath={.status.phase}']);

beforeAll(async () => {
  await install();
  await rolledOut('podlag-controller');
  await makeNamespace(where, {});
  await kubectl(['apply', '-f', '-'], textOf(objects));
}, 180_000);

afterAll(async () => {
  await removeNamespaces(where, namespace);
}, 90_000);

test('the controller leads, and tells of each kind of object how it is', async () => {
  await until(async () => (await leader()) !== undefined);
  for (const plural of plurals) await until(async () => (await phaseOf(plural)) !== '', 40_000);
});

test('the line of deploy/README.md takes the definitions and every object away while faults are asked for, and nothing hangs', async () => {
  const line = await uninstallLine();
  typed(`${line} --wait --timeout=60s`);
  const left = await kubectl(['get', 'customresourcedefinitions', '--output=name']);
  expect(left).not.toContain('podlag.io');
  expect((await tryKubectl(['get', 'namespace', namespace])).stderr).toContain('NotFound');
  for (const plural of plurals) {
    const { stderr } = await tryKubectl(['get', `${plural}.podlag.io`, '--all-namespaces']);
    expect(stderr).toContain(`the server doesn't have a resource type "${plural}"`);
  }
});

test('and the namespace that had objects can be deleted', async () => {
  await kubectl(['delete', 'namespace', where, '--wait', '--timeout=30s']);
});
