import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helm, kubectl, tryKubectl } from './command';
import { makeLabelledNamespace, makeNamespace, makeServiceAccount, removeAll } from './cluster-state';
import { objectsOf, textOf, type Manifest } from './manifest';
import { chart, composed, deploy, namespace, rendered } from './rendering';
import { until } from './until';

const labelled = 'podlag-kill-switch';

/** What the API server makes of a pod without a sidecar. */
type Answer = 'webhook-failed' | 'no-sidecar' | 'admitted';

async function answer(): Promise<Answer> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', namespace: labelled } };
  const spec = { containers: [{ name: 'app', image: 'app:1' }] };
  const create = ['create', '--dry-run=server', '-f', '-'];
  const { code, stderr } = await tryKubectl(create, JSON.stringify({ ...pod, spec }));
  if (code === 0) return 'admitted';
  if (stderr.includes('failed calling webhook "injector.podlag.io"')) return 'webhook-failed';
  if (/ValidatingAdmissionPolicy 'podlag-sidecar'.*denied request: no-sidecar/.test(stderr))
    return 'no-sidecar';
  throw new Error(stderr);
}

const becomes = (expected: Answer) => until(async () => (await answer()) === expected);

/** The arguments of the line that deploy/README.md gives to stop everything. */
async function stopLine(): Promise<string[]> {
  const text = await readFile(join(deploy, 'README.md'), 'utf8');
  const [, line = ''] = /^ {4}kubectl (delete .*?) +# stop$/m.exec(text) ?? [];
  return line.split(' ');
}

const withoutPods = (objects: readonly Manifest[]) => objects.filter(({ kind }) => kind !== 'Deployment');

beforeAll(async () => {
  await makeNamespace();
  await makeLabelledNamespace(labelled, { 'sidecar-injection': 'enabled' });
  await makeServiceAccount(labelled);
});

// Nobody answers the webhook here, and it fails closed: so the answer tells webhook and policy apart.
const ways = [
  [
    'kubectl apply',
    async () => {
      const objects = withoutPods(await composed('fail-closed', 'policy-deny'));
      await kubectl(['apply', '-f', '-'], textOf(objects));
    },
    async () => removeAll(withoutPods(await composed())),
  ],
  [
    'helm upgrade',
    async () => {
      // A node that there is not, so that no injector starts where the bed runs pods.
      const values = 'failurePolicy=Fail,policy.action=Deny,nodeSelector.nowhere=true';
      await helm(['upgrade', '--install', 'podlag', chart, '-n', namespace, '--set-string', values]);
    },
    async () => {
      await helm(['uninstall', 'podlag', '-n', namespace, '--wait']);
      await removeAll(withoutPods(objectsOf(await rendered())));
    },
  ],
] as const;

describe.each(ways)('under failurePolicy Fail and a policy that denies, by %s', (_, install, remove) => {
  beforeEach(async () => {
    await install();
    await becomes('webhook-failed');
  }, 60_000);
  afterEach(remove, 60_000);

  test('without the webhook alone the policy refuses every pod', async () => {
    await kubectl(['delete', 'mutatingwebhookconfiguration/podlag-injector']);
    await becomes('no-sidecar');
  }, 60_000);

  test('the line of deploy/README.md lets pods through, and the next run of the same brings both back', async () => {
    const line = await stopLine();
    expect(line).toHaveLength(3);
    await kubectl(line);
    await becomes('admitted');
    await install();
    await becomes('webhook-failed');
    await kubectl(['delete', 'mutatingwebhookconfiguration/podlag-injector']);
    await becomes('no-sidecar');
  }, 90_000);
});
