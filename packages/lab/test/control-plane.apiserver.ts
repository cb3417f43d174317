import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dump } from 'js-yaml';
import { programsOf } from '../src/cluster';
import { bedVariable, readBed, waitForBed, type Bed, type BedPod } from '../src/control-plane';
import { versionsIn } from '../src/control-plane/go-module';
import { mapsOtherUsers } from '../src/control-plane/kubelet/privileges';
import { runProgram, type ProgramResult } from '../src/kernel/run-program';

// What a test wants of its surroundings; the rest of the code does not read the environment.
const { env } = process;
const bedFile = env[bedVariable];
const namespace = 'bed-test';

// Above the sum of what a test waits for: what did not come in time is then said by the wait, not by Jest.
jest.setTimeout(60_000);

/** @returns what kubectl says, whatever it is */
const kubectl = (...args: readonly string[]): Promise<ProgramResult> => runProgram('kubectl', args);

/** @returns kubectl's standard output; a failure of kubectl is one of the test */
async function ask(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl('-n', namespace, ...args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

async function apply(...objects: readonly object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  const { code, stderr } = await runProgram('sh', [
    '-c',
    'printf %s "$1" | kubectl apply -f -',
    'sh',
    dump(list),
  ]);
  if (code !== 0) throw new Error(stderr);
}

/** Asks until the answer is as it should be. A loop without an end would keep Jest from ending. */
async function until<T>(
  look: () => Promise<T>,
  fits: (answer: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (fits(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`The last answer was ${JSON.stringify(answer)}`);
    await delay(50);
  }
}

const podOf = (bed: Bed, prefix: string): BedPod | undefined =>
  bed.pods.find((pod) => pod.namespace === namespace && pod.name.startsWith(prefix));

const runningPod = (prefix: string): Promise<BedPod> =>
  waitForBed(bedFile, (bed) => {
    const pod = podOf(bed, prefix);
    return pod?.containers.some(({ pid }) => pid !== undefined) === true ? pod : undefined;
  });

const get = async (url: string): Promise<string> =>
  (await runProgram('curl', ['-sS', '-m', '2', url])).stdout;

/** A server of two replicas that says what it finds in its volume and about itself. */
const web = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'web', namespace },
    data: {
      greeting: 'hello',
      'server.js': `
        const { readFileSync } = require('node:fs');
        const account = '/var/run/secrets/kubernetes.io/serviceaccount/';
        const self = () => ({
          uid: process.getuid(),
          status: readFileSync('/proc/self/status', 'utf8'),
          token: readFileSync(account + 'token', 'utf8'),
          env: process.env,
        });
        const answers = { '/self': () => JSON.stringify(self()) };
        const greeting = () => readFileSync('/etc/web/greeting', 'utf8');
        require('node:http')
          .createServer((request, response) => response.end((answers[request.url] ?? greeting)()))
          .listen(8080);
        process.on('SIGTERM', () => process.exit(0));
      `,
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'registry.example/node:24',
              command: ['node', '/etc/web/server.js'],
              ports: [{ name: 'http', containerPort: 8080 }],
              env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
              readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
              securityContext: {
                runAsUser: 65532,
                runAsNonRoot: true,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [{ name: 'web', mountPath: '/etc/web' }],
            },
          ],
          volumes: [{ name: 'web', configMap: { name: 'web' } }],
        },
      },
    },
  },
];

beforeAll(async () => {
  await readBed(bedFile);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await apply(...web);
});

afterAll(async () => {
  await kubectl('delete', 'namespace', namespace, '--wait=false');
});

describe('the API server', () => {
  it('is of the release that go.mod names', async () => {
    const goMod = await readFile(resolve(__dirname, '../kubernetes/go.mod'), 'utf8');
    const { version: built } = versionsIn('kubernetes', goMod);
    const { version, from } = await readBed(bedFile);
    const { gitVersion } = JSON.parse(await ask('get', '--raw', '/version')) as {
      readonly gitVersion: string;
    };
    expect(gitVersion).toBe(from === 'cache' ? built : version);
  });

  it('lets a service account do nothing that no role allows, and that which one does', async () => {
    await ask('create', 'serviceaccount', 'stranger');
    const asStranger = ['--as', `system:serviceaccount:${namespace}:stranger`];
    const refused = await kubectl('-n', namespace, 'get', 'pods', ...asStranger);
    expect(refused.stderr).toContain('is forbidden');
    await ask(
      'create',
      'rolebinding',
      'stranger',
      '--clusterrole=view',
      `--serviceaccount=${namespace}:stranger`,
    );
    expect((await kubectl('-n', namespace, 'get', 'pods', ...asStranger)).code).toBe(0);
  });

  it('refuses by PodSecurity what the namespace forbids', async () => {
    const name = `${namespace}-restricted`;
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    await until(
      () => kubectl('-n', name, 'get', 'serviceaccount', 'default'),
      ({ code }) => code === 0,
    );
    const { stderr } = await kubectl('-n', name, 'run', 'loose', '--image=app');
    await kubectl('delete', 'namespace', name, '--wait=false');
    expect(stderr).toContain('violates PodSecurity');
  });
});

describe('a Deployment', () => {
  it('becomes ready with two processes, each at an address of its own, and has them as endpoints', async () => {
    await ask('rollout', 'status', 'deployment/web', '--timeout=20s');
    await ask('expose', 'deployment', 'web', '--port=80', '--target-port=http');
    const { pods } = await readBed(bedFile);
    const ips = pods.filter((pod) => pod.namespace === namespace).map(({ ip }) => ip);
    const answers = await Promise.all(ips.map((ip) => get(`http://${ip}:8080/`)));
    expect(answers).toEqual(['hello', 'hello']);
    const endpoints = await until(
      () => ask('get', 'endpointslices', '-o', 'jsonpath={.items[*].endpoints[*].addresses[*]}'),
      (addresses) => addresses.split(' ').length === 2,
    );
    expect(endpoints.split(' ').sort()).toEqual(ips.toSorted());
  });

  it('runs as its securityContext says, with its variables and a token that the API server accepts', async () => {
    const { ip } = await runningPod('web-');
    const self = JSON.parse(await get(`http://${ip}:8080/self`)) as Self;
    // In a user namespace without other users, root is all that a process can be.
    const uid = mapsOtherUsers(await readFile('/proc/self/uid_map', 'utf8')) ? 65532 : 0;
    expect(self).toMatchObject({ uid, env: { POD_IP: ip } });
    expect(self.status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(self.status).toMatch(/^CapBnd:\t0+$/m);
    // The kubeconfig's own credentials would win over a token that is given beside them.
    const { url } = await readBed(bedFile);
    const { stdout } = await runProgram('curl', [
      ...['-sS', '-k', '-H', `Authorization: Bearer ${self.token}`, '-H', 'Content-Type: application/json'],
      ...['-d', JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' })],
      `${url}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      status: { userInfo: { username: `system:serviceaccount:${namespace}:default` } },
    });
  });

  it('sees a ConfigMap change in its volume', async () => {
    const { ip } = await runningPod('web-');
    await ask('patch', 'configmap', 'web', '--patch', '{"data":{"greeting":"good evening"}}');
    await until(
      () => get(`http://${ip}:8080/`),
      (answer) => answer === 'good evening',
    );
  });

  it('gets a process that was killed back, and counts it', async () => {
    const { name, containers } = await runningPod('web-');
    process.kill(containers[0]!.pid!, 'SIGKILL');
    const restarts = await until(
      () => ask('get', 'pod', name, '-o', 'jsonpath={.status.containerStatuses[0].restartCount}'),
      (count) => count !== '0',
    );
    expect(restarts).toBe('1');
    const last = 'jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}';
    expect(await ask('get', 'pod', name, '-o', last)).toBe('137');
    await ask('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=20s');
    expect((await runningPod(name)).containers[0]).toMatchObject({ restarts: 1 });
  });

  it('is replaced pod by pod by a rollout, and nothing of the old pods is left', async () => {
    const before = (await readBed(bedFile)).pods.filter((pod) => pod.namespace === namespace);
    await ask('rollout', 'restart', 'deployment/web');
    await ask('rollout', 'status', 'deployment/web', '--timeout=30s');
    const after = await waitForBed(bedFile, ({ pods }) =>
      pods.some(({ uid }) => before.some((old) => old.uid === uid)) ? undefined : pods,
    );
    expect(after.filter((pod) => pod.namespace === namespace)).toHaveLength(2);
    for (const { pid } of before.flatMap(({ containers }) => containers)) {
      expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
    }
  });
});

interface Self {
  readonly uid: number;
  readonly status: string;
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
}

test('a pod whose image the bed does not know is only said to run', async () => {
  await ask('run', 'tikv-0', '--image=pingcap/tikv:v8');
  await ask('wait', '--for=condition=Ready', 'pod/tikv-0', '--timeout=20s');
  expect(podOf(await readBed(bedFile), 'tikv-0')).toBeUndefined();
});

test('a container that cannot be run says why', async () => {
  const overrides = { spec: { securityContext: { runAsNonRoot: true } } };
  await ask('run', 'as-root', '--image=node', `--overrides=${JSON.stringify(overrides)}`);
  const message = 'jsonpath={.status.containerStatuses[0].state.waiting.message}';
  const said = await until(
    () => ask('get', 'pod', 'as-root', '-o', message),
    (text) => text !== '',
  );
  expect(said).toContain('runAsNonRoot');
});

describe('a webhook behind a Service', () => {
  it('is called by the API server at a process in the bed', async () => {
    const { ca, cert, key } = await certificates();
    await apply(...labeller(cert, key));
    await ask('wait', '--for=condition=Ready', 'pod/labeller', '--timeout=20s');
    await until(
      () => ask('get', 'endpointslices', '-l', 'kubernetes.io/service-name=labeller', '-o', 'name'),
      (name) => name !== '',
    );
    await apply(webhookConfiguration(ca));
    // A configuration reaches the API server's webhook caller a moment after it is written.
    await until(
      async () => {
        await ask('delete', 'configmap', 'asked', '--ignore-not-found');
        await ask('create', 'configmap', 'asked');
        return ask('get', 'configmap', 'asked', '-o', 'jsonpath={.metadata.labels.seen}');
      },
      (label) => label === 'by-webhook',
    );
    await kubectl('delete', 'mutatingwebhookconfiguration', 'labeller');
  });
});

/** A CA, and a certificate of it for the name by which the API server calls a Service. */
async function certificates(): Promise<Readonly<Record<'ca' | 'cert' | 'key', string>>> {
  const { node, certs } = programsOf(resolve(__dirname, '../../..'));
  const folder = await mkdtemp(join(tmpdir(), 'podlag-labeller-'));
  const host = `labeller.${namespace}.svc`;
  const { code, stderr } = await runProgram(node, [certs, '--out', folder, '--host', host]);
  if (code !== 0) throw new Error(stderr);
  const [ca = '', cert = '', key = ''] = await Promise.all(
    ['ca.crt', 'tls.crt', 'tls.key'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { ca, cert, key };
}

function labeller(cert: string, key: string): readonly object[] {
  const metadata = { name: 'labeller', namespace, labels: { app: 'labeller' } };
  const source = `
    const { readFileSync } = require('node:fs');
    const file = (name) => readFileSync('/etc/labeller/' + name);
    const { json } = require('node:stream/consumers');
    const patch = [{ op: 'add', path: '/metadata/labels', value: { seen: 'by-webhook' } }];
    require('node:https').createServer({ cert: file('tls.crt'), key: file('tls.key') }, async (request, response) => {
      if (request.method === 'GET') return response.end();
      const { uid } = (await json(request)).request;
      const review = { uid, allowed: true, patchType: 'JSONPatch', patch: btoa(JSON.stringify(patch)) };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: review }));
    }).listen(8443);
  `;
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      stringData: { 'tls.crt': cert, 'tls.key': key },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'labeller',
            image: 'node',
            command: ['node', '-e', source],
            ports: [{ name: 'webhook', containerPort: 8443 }],
            readinessProbe: { httpGet: { port: 'webhook', scheme: 'HTTPS' }, periodSeconds: 1 },
            volumeMounts: [{ name: 'certificate', mountPath: '/etc/labeller' }],
          },
        ],
        volumes: [{ name: 'certificate', secret: { secretName: 'labeller' } }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'labeller' }, ports: [{ port: 443, targetPort: 'webhook' }] },
    },
  ];
}

function webhookConfiguration(ca: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'labeller' },
    webhooks: [
      {
        name: 'labeller.podlag.io',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
        timeoutSeconds: 2,
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
        clientConfig: {
          service: { name: 'labeller', namespace, path: '/' },
          caBundle: Buffer.from(ca).toString('base64'),
        },
      },
    ],
  };
}
