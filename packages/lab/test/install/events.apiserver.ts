import { kubectl, tryKubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  agentOf,
  injectors,
  install,
  labelled,
  makeNamespace,
  namespace,
  podManifest,
  podsIn,
  read,
  removeNamespaces,
  tryPod,
  uninstall,
  type Json,
} from './installation';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const where = 'told-by-events';
const enforce = 'pod-security.kubernetes.io/enforce';

interface Event {
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid: string };
  readonly message: string;
}

async function told(): Promise<readonly Event[]> {
  const selector = ['--field-selector', 'reason=SidecarNotInjected'];
  return (await read<{ items: readonly Event[] }>('events', '--namespace', where, ...selector)).items;
}

const isAbout = (name: string) => (event: Event) => event.involvedObject.name.startsWith(`${name}-`);

/** Has a Deployment of four pods made, and waits for all of them. */
async function deploy(name: string): Promise<void> {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'app', image: 'app' }] },
  };
  const spec = { replicas: 4, selector: { matchLabels: { app: name } }, template };
  const deployment: Json = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
  await kubectl(['create', '--namespace', where, '-f', '-'], JSON.stringify(deployment));
  await until(async () => (await podsOf(name)).length === 4);
}

const podsOf = async (name: string) =>
  (await podsIn(where)).filter(({ metadata }) => metadata.name.startsWith(`${name}-`));

/** What all replicas together have counted. */
async function counted(outcome: string): Promise<number> {
  const texts = await Promise.all(
    (await injectors()).map(({ metadata }) =>
      kubectl(['get', '--raw', `/api/v1/namespaces/${namespace}/pods/${metadata.name}:9090/proxy/metrics`]),
    ),
  );
  const line = new RegExp(`^podlag_injector_events_total\\{outcome="${outcome}"\\} ([0-9]+)$`, 'm');
  return texts.reduce((sum, text) => sum + Number(line.exec(text)?.[1] ?? 0), 0);
}

beforeAll(async () => {
  await install();
  await makeNamespace(where, { ...labelled, [enforce]: 'baseline' });
  await until(async () => (await tryPod(where, podManifest('a'))).said.includes('(pod-security)'));
}, 120_000);

afterAll(async () => {
  await removeNamespaces(where);
  await uninstall();
}, 60_000);

describe('a Deployment whose pods are left without their sidecar', () => {
  let replicaSet: { readonly metadata: { readonly name: string; readonly uid: string } };

  beforeAll(async () => {
    // Replicas that see its pods on both sides of a full ten minutes have no name in common for their Event.
    await until(async () => (await told(), Date.now() % 600_000 < 580_000), 30_000);
    await deploy('web');
    await until(async () => (await counted('written')) + (await counted('present')) > 0);
    const { items } = await read<{ items: (typeof replicaSet)[] }>('replicasets', '--namespace', where);
    replicaSet = items[0]!;
  }, 120_000);

  test('has one Event for all of them, about its ReplicaSet, with the command that changes it', async () => {
    for (const pod of await podsOf('web')) expect(agentOf(pod)).toBeUndefined();
    const { name, uid } = replicaSet.metadata;
    expect(await told()).toMatchObject([
      {
        ...{ type: 'Warning', action: 'Inject', count: 1 },
        involvedObject: { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: where, name, uid },
        message:
          'podlag: no sidecar (pod-security): the namespace enforces baseline, which forbids NET_ADMIN; ' +
          `kubectl label --overwrite ns ${where} ${enforce}=privileged`,
      },
    ]);
    expect(await counted('written')).toBe(1);
    expect(await counted('failed')).toBe(0);
  });

  test.each([
    ['kubectl get events', ['get', 'events', '--sort-by=.lastTimestamp']],
    ['kubectl events', ['events']],
  ])('%s shows it, with an age', async (_, args) => {
    const lines = (await kubectl([...args, '--namespace', where])).split('\n');
    const [line] = lines.filter((text) => text.includes('SidecarNotInjected'));
    const object = `replicaset/${replicaSet.metadata.name}`;
    expect(line?.toLowerCase()).toMatch(
      new RegExp(`^[0-9]+[sm]\\S* +warning +sidecarnotinjected +${object} `),
    );
  });

  test('kubectl describe rs shows it, with an age and who says it', async () => {
    const text = await kubectl(['describe', 'rs', replicaSet.metadata.name, '--namespace', where]);
    expect(text).toMatch(
      /^ +Warning +SidecarNotInjected +[0-9]+[sm]\S* +podlag-injector +podlag: no sidecar/m,
    );
  });

  test('a trial of a pod of its ReplicaSet writes none', async () => {
    const { name, uid } = replicaSet.metadata;
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid, controller: true };
    // A reason of which its ReplicaSet was not told yet.
    const ports = [{ containerPort: 2332 }];
    const trial = podManifest('trial', {
      metadata: { ownerReferences: [owner] },
      spec: { containers: [{ name: 'app', image: 'app', ports }] },
    });
    // Each replica gets some of so many.
    for (let times = 0; times < 8; times++)
      expect((await tryPod(where, trial)).said).toContain('(port-clash)');
    // The same in earnest is told, so the trials would have been.
    const before = (await told()).length;
    await kubectl(['create', '--namespace', where, '-f', '-'], trial);
    await until(async () => (await told()).length > before);
    expect(before).toBe(1);
    expect(await told()).toHaveLength(2);
  });
});

test('without the right to write Events the pods come all the same, and it is counted', async () => {
  const patch = JSON.stringify([
    { op: 'test', path: '/rules/2/resources', value: ['events'] },
    { op: 'remove', path: '/rules/2' },
  ]);
  await kubectl(['patch', 'clusterrole', 'podlag-injector', '--type=json', '--patch', patch]);
  const mayWrite = ['auth', 'can-i', 'create', 'events', '--namespace', where];
  const injector = `--as=system:serviceaccount:${namespace}:podlag-injector`;
  await until(async () => (await tryKubectl([...mayWrite, injector])).stdout.trim() === 'no');
  await deploy('later');
  await until(async () => (await counted('failed')) > 0);
  expect((await told()).filter(isAbout('later'))).toEqual([]);
  expect((await tryPod(where, podManifest('a'))).said).toContain('(pod-security)');
});
