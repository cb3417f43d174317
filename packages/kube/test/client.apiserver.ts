import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiCall } from '../src/api-call';
import { kubeApiFromKubeconfig } from '../src/client';
import type { KubeApi, PodPort, Watch } from '../src/kube-api';
import { LeaderElection } from '../src/leader-election';
import { mutatingWebhookConfigurations, namespaces, secrets, type Secret } from '../src/resource';
import {
  customResourceDefinitions,
  type CustomResourceDefinition,
} from '../src/resources/custom-resource-definition';
import { leases } from '../src/resources/lease';
import { pods, type Pod } from '../src/resources/pod';
import { base64, describeKubeApi, echo } from './kube-api-conformance';

// Of the bed: an administrator's.
const { env } = process;
const kubeconfig = env.KUBECONFIG ?? '';
// New each time: in a bed without controllers no namespace ever goes.
const namespace = `kube-client-${randomBytes(4).toString('hex')}`;
const account = 'nobody-in-particular';
let api: KubeApi;
let folder: string;
let pod: PodPort;

function kubectl(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function until(condition: () => unknown, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await pause(10);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-kube-'));
  api = kubeApiFromKubeconfig(kubeconfig);
  await api.create(namespaces, { metadata: { name: namespace } });
  kubectl('create', 'serviceaccount', account, '--namespace', namespace);
  await api.create(customResourceDefinitions, thingDefinition);
  const watch = api.watch(
    customResourceDefinitions,
    { name: thingDefinition.metadata.name },
    { changed: (found) => void (definitions = [...found.values()]) },
  );
  await until(() => isEstablished(definitions[0]));
  watch.close();
  pod = await listeningPod();
});

afterAll(async () => {
  podServer?.close();
  kubectl('delete', 'customresourcedefinition', thingDefinition.metadata.name, '--wait=false');
  kubectl('delete', 'namespace', namespace, '--wait=false');
  await rm(folder, { recursive: true });
});

describeKubeApi('a real API server', () => ({
  api,
  namespace,
  pod,
}));

test('a pod on whose port nobody listens is told as such', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await expect(api.podProxy({ ...pod, port }, { method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'kube-unavailable',
    message: expect.stringMatching(
      new RegExp(`^get pods/${pod.name} -n ${namespace} --subresource=proxy: .*connection refused`),
    ),
  });
});

test('a pod may take longer for its answer than a call of ours mostly does, and no longer than it is given', async () => {
  const slow = api.podProxy(pod, { method: 'POST', path: '/?slow=11000', timeoutMs: 30_000 });
  const given = api.podProxy(pod, { method: 'POST', path: '/?slow=11000', timeoutMs: 300 });
  await expect(given).rejects.toMatchObject({ code: 'kube-unavailable' });
  expect((await slow).status).toBe(200);
}, 40_000);

test('who may not speak to pods is told so by the API server, and not by the pod', async () => {
  const token = kubectl('create', 'token', account, '--namespace', namespace).trim();
  const nobody = await otherwise(({ users }) => {
    users[0].user = { token };
  });
  await expect(nobody.podProxy(pod, { method: 'PUT', path: '/', body: {} })).rejects.toMatchObject({
    code: 'kube-forbidden',
    message: `system:serviceaccount:${namespace}:${account} may not update pods/${pod.name} -n ${namespace} --subresource=proxy`,
  });
});

test('two candidates for a Lease: one leads, and when it closes the other does, with a greater term', async () => {
  const lease = { namespace, name: 'podlag-controller' };
  const said: string[] = [];
  const candidate = (identity: string) =>
    new LeaderElection({
      ...{ api, lease, identity },
      ...{ leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 200 },
      onStarted: () => said.push(`${identity} started`),
      onStopped: (reason) => said.push(`${identity} ${reason}`),
    });
  const one = candidate('one');
  await until(() => one.isLeader);
  const other = candidate('other');
  const before = await api.get(leases, lease);
  await until(async () => (await api.get(leases, lease))?.spec?.renewTime !== before?.spec?.renewTime);
  expect(said).toEqual(['one started']);
  await one.close();
  await until(() => other.isLeader, 2_000);
  expect(said).toEqual(['one started', 'other started']);
  expect(other.term).toBe((one.term ?? Number.NaN) + 1);
  expect((await api.get(leases, lease))?.spec).toMatchObject({
    ...{ holderIdentity: 'other', leaseDurationSeconds: 3, leaseTransitions: other.term },
  });
  await other.close();
  expect((await api.get(leases, lease))?.spec?.holderIdentity ?? '').toBe('');
}, 30_000);

/** What the API server serves as `things`. */
const thingDefinition: CustomResourceDefinition = {
  metadata: { name: 'things.test.podlag.io' },
  spec: {
    ...{ group: 'test.podlag.io', scope: 'Namespaced' },
    names: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true, subresources: { status: {} } },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
let definitions: readonly CustomResourceDefinition[] = [];

function isEstablished(definition: CustomResourceDefinition | undefined): boolean {
  const conditions = definition?.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}

let podServer: HttpServer | undefined;

/** A pod that no kubelet knows of: a server beside the API server, whose address is written to the pod's status. */
async function listeningPod(): Promise<PodPort> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const { hostname: ip } = new URL(config.clusters[0].cluster.server);
  podServer = createHttpServer((request, response) => void answer(request, response)).listen(0, ip);
  await once(podServer, 'listening');
  const { port } = podServer.address() as AddressInfo;
  // Gated, so that nobody places it anywhere.
  const spec = {
    containers: [{ name: 'app', image: 'none' }],
    schedulingGates: [{ name: 'podlag.io/none' }],
  };
  const made: Pod = { metadata: { name: 'listening', namespace }, spec };
  const ref = { namespace, name: 'listening' };
  // Without the namespace's ServiceAccount no pod is taken; the controller manager makes it, soon.
  await until(() =>
    api.create(pods, made).then(
      () => true,
      () => false,
    ),
  );
  await api.patch(
    pods,
    ref,
    [
      { op: 'add', path: '/status/podIPs', value: [{ ip }] },
      { op: 'add', path: '/status/podIP', value: ip },
    ],
    {
      subresource: 'status',
    },
  );
  return { ...ref, port };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const body = await text(request);
  const slowMs = Number(/slow=([0-9]+)/.exec(url)?.[1] ?? 0);
  if (slowMs > 0) await pause(slowMs);
  const told = echo({ method, path: url, headers, body: body === '' ? undefined : JSON.parse(body) });
  response.writeHead(told.status, { 'Content-Type': 'application/json' });
  response.end(told.status === 204 ? undefined : told.text);
}

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

test('rights are told of oneself and of a service account, without the call that they are for', async () => {
  const [role, inNamespace] = ['reader-of-one', ['--namespace', namespace]];
  kubectl('create', 'serviceaccount', role, ...inNamespace);
  kubectl('create', 'role', role, ...inNamespace, '--verb=get', '--resource=secrets', '--resource-name=one');
  kubectl(
    'create',
    'rolebinding',
    role,
    ...inNamespace,
    `--role=${role}`,
    `--serviceaccount=${namespace}:${role}`,
  );
  const [one, other] = ['one', 'other'].map((name): ApiCall => ({
    verb: 'get',
    resource: 'secrets',
    namespace,
    name,
  }));
  const reader = { namespace, name: role };
  await until(() => api.isAllowed(one!, reader));
  expect(await api.isAllowed(other!, reader)).toBe(false);
  const token = kubectl('create', 'token', role, ...inNamespace).trim();
  const own = await otherwise(({ users }) => {
    users[0].user = { token };
  });
  expect([await own.isAllowed(one!), await own.isAllowed(other!)]).toEqual([true, false]);
  await expect(own.isAllowed(one!, { namespace, name: account })).rejects.toMatchObject({
    code: 'kube-forbidden',
    detail: expect.stringContaining('may not create subjectaccessreviews.authorization.k8s.io'),
  });
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
