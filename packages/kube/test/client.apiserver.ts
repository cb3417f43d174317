import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kubeApiFromKubeconfig } from '../src/client';
import type { KubeApi, Watch } from '../src/kube-api';
import { mutatingWebhookConfigurations, namespaces, secrets, type Secret } from '../src/resource';
import { base64, describeKubeApi } from './kube-api-conformance';

// Of the bed: an administrator's.
const { env } = process;
const kubeconfig = env.KUBECONFIG ?? '';
// New each time: in a bed without controllers no namespace ever goes.
const namespace = `kube-client-${randomBytes(4).toString('hex')}`;
const account = 'nobody-in-particular';
let api: KubeApi;
let folder: string;

function kubectl(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function until(condition: () => unknown, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await pause(10);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-kube-'));
  api = kubeApiFromKubeconfig(kubeconfig);
  await api.create(namespaces, { metadata: { name: namespace } });
  kubectl('create', 'serviceaccount', account, '--namespace', namespace);
});

afterAll(async () => {
  kubectl('delete', 'namespace', namespace, '--wait=false');
  await rm(folder, { recursive: true });
});

describeKubeApi('a real API server', () => ({
  api,
  namespace,
  remove: (_, { name }) => kubectl('delete', 'secret', name, '--namespace', namespace),
}));

interface Kubeconfig {
  clusters: [{ cluster: Record<string, unknown> & { server: string } }];
  users: [{ user: Record<string, unknown> }];
}

/** The same cluster, in another way or as somebody else. */
async function otherwise(change: (config: Kubeconfig) => void): Promise<KubeApi> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  change(config);
  const file = join(folder, 'kubeconfig');
  await writeFile(file, JSON.stringify(config));
  return kubeApiFromKubeconfig(file);
}

test('what RBAC does not allow is told with who, what and how to see it', async () => {
  const token = kubectl('create', 'token', account, '--namespace', namespace).trim();
  const nobody = await otherwise(({ users }) => {
    users[0].user = { token };
  });
  const call = nobody.get(secrets, { name: 'certs', namespace });
  await expect(call).rejects.toMatchObject({
    code: 'kube-forbidden',
    hint: expect.stringContaining(
      `kubectl auth can-i get secrets/certs -n ${namespace} --as=system:serviceaccount:${namespace}:${account}`,
    ),
  });
  expect((await nobody.serverVersion()).minor).toBeGreaterThan(26);
});

test('a role for one object by its name is enough to read and to follow it', async () => {
  const [role, inNamespace] = ['reader-of-certs', ['--namespace', namespace]];
  kubectl(
    'create',
    'role',
    role,
    ...inNamespace,
    '--verb=get,list,watch',
    '--resource=secrets',
    '--resource-name=certs',
  );
  kubectl(
    'create',
    'rolebinding',
    role,
    ...inNamespace,
    `--role=${role}`,
    `--serviceaccount=${namespace}:${account}`,
  );
  const token = kubectl('create', 'token', account, ...inNamespace).trim();
  const reader = await otherwise(({ users }) => {
    users[0].user = { token };
  });
  const sizes: number[] = [];
  const problems: Error[] = [];
  const watch = reader.watch(
    secrets,
    { namespace, name: 'certs' },
    { changed: ({ size }) => void sizes.push(size), failed: (problem) => void problems.push(problem) },
  );
  await until(() => sizes.at(-1) === 0);
  await api.create(secrets, { metadata: { name: 'certs', namespace } });
  await until(() => sizes.at(-1) === 1);
  watch.close();
  expect(problems).toEqual([]);
  await expect(reader.get(secrets, { name: 'other', namespace })).rejects.toMatchObject({
    code: 'kube-forbidden',
  });
});

test('credentials that nobody knows are told apart from rights that are missing', async () => {
  const stranger = await otherwise(({ users }) => {
    users[0].user = { token: 'not-a-token' };
  });
  await expect(stranger.get(namespaces, { name: namespace })).rejects.toMatchObject({
    code: 'kube-unauthorized',
  });
});

test('an API server that is not there is told as such, by call and by watch', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const nowhere = await otherwise(({ clusters }) => {
    clusters[0].cluster.server = `https://127.0.0.1:${port}`;
  });
  await expect(nowhere.serverVersion()).rejects.toMatchObject({ code: 'kube-unavailable' });
  const problems: Error[] = [];
  const observer = { changed: () => undefined, failed: (problem: Error) => void problems.push(problem) };
  const watch = nowhere.watch(secrets, { namespace }, observer);
  await until(() => problems.length > 1);
  watch.close();
  expect(problems[0]).toMatchObject({ code: 'kube-unavailable' });
  expect(problems[0]?.message).toContain('ECONNREFUSED');
});

test('a webhook configuration is patched only in the version that was read', async () => {
  const name = namespace;
  const webhook = {
    ...{ name: 'a.podlag.io', sideEffects: 'None', admissionReviewVersions: ['v1'], failurePolicy: 'Ignore' },
    clientConfig: { url: 'https://127.0.0.1:1/' },
    rules: [],
  };
  const made = await api.create(mutatingWebhookConfigurations, { metadata: { name }, webhooks: [webhook] });
  const publish = (resourceVersion: string | undefined, text: string) =>
    api.patch(mutatingWebhookConfigurations, { name }, [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: base64(text) },
    ]);
  try {
    const labelled = await api.patch(mutatingWebhookConfigurations, { name }, [
      { op: 'add', path: '/metadata/labels', value: { a: 'b' } },
    ]);
    await expect(publish(made.metadata.resourceVersion, '')).rejects.toMatchObject({ code: 'kube-conflict' });
    const patched = await publish(labelled.metadata.resourceVersion, '');
    expect(patched.webhooks?.[0]?.name).toBe('a.podlag.io');
  } finally {
    kubectl('delete', 'mutatingwebhookconfiguration', name);
  }
});

/** A way to the API server that can be cut. */
class Relay {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(private readonly target: URL) {}

  async open(port = 0): Promise<number> {
    this.#server = createServer((from) => {
      const to = connect({ host: this.target.hostname, port: Number(this.target.port) });
      for (const socket of [from, to]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => (from.destroy(), to.destroy()));
      }
      from.pipe(to).pipe(from);
    }).listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

/** What has to end also when a test fails in its middle. */
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

test('a watch goes on after its connection was lost, with all that happened meanwhile, and says when it is back', async () => {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const target = new URL(config.clusters[0].cluster.server);
  const relay = new Relay(target);
  const port = await relay.open();
  const relayed = await otherwise(({ clusters }) => {
    clusters[0].cluster.server = `https://127.0.0.1:${port}`;
    // A name that every API server's certificate has.
    clusters[0].cluster['tls-server-name'] = 'kubernetes.default.svc';
  });
  const maps: ReadonlyMap<string, Secret>[] = [];
  const problems: Error[] = [];
  const watch: Watch = relayed.watch(
    secrets,
    { namespace },
    { changed: (objects) => void maps.push(objects), failed: (problem) => void problems.push(problem) },
  );
  closers.push(
    () => watch.close(),
    () => relay.cut(),
  );
  const has = (name: string) => maps.at(-1)?.has(`${namespace}/${name}`) ?? false;
  await api.create(secrets, { metadata: { name: 'before', namespace } });
  await until(() => has('before'));
  relay.cut();
  await until(() => problems.length > 0);
  await api.create(secrets, { metadata: { name: 'meanwhile', namespace } });
  kubectl('delete', 'secret', 'before', '--namespace', namespace);
  await relay.open(port);
  await until(() => has('meanwhile') && !has('before'));
  // And without any change, too, it says that the silence is over.
  relay.cut();
  const [told, failed] = [maps.length, problems.length];
  await until(() => problems.length > failed);
  await relay.open(port);
  await until(() => maps.length > told);
}, 60_000);
