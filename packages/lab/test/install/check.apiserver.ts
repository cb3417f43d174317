import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pki } from 'node-forge';
import { kubectl, tryKubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  editSecret,
  editWebhook,
  injectorPods,
  install,
  labelled,
  makeNamespace,
  namespace,
  podsIn,
  read,
  removeNamespaces,
  uninstall,
  type Json,
} from './installation';
import { repository } from './readme-lines';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(120_000);

const where = 'checked';
const cli = join(repository, 'packages/cli/dist/podlag.js');
const enforce = 'pod-security.kubernetes.io/enforce';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  readonly fix?: string;
}

interface Checked {
  readonly code: number | null;
  readonly findings: readonly Finding[];
}

/** `podlag check`, as somebody types it. */
function check(...args: readonly string[]): Checked {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, 'check', '-o', 'json', ...(args.includes('-n') ? [] : ['-n', where]), ...args],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (stdout === '') throw new Error(`podlag check: exit status ${status}\n${stderr}`);
  return { code: status, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings };
}

/** What a check says, the worst first. */
function said(name: string, ...args: readonly string[]): Finding & { readonly code: number | null } {
  const { code, findings } = check(...args);
  const those = findings.filter((finding) => finding.check === name);
  const found = those.find(({ state }) => state !== 'ok') ?? those[0];
  if (found === undefined) throw new Error(`${name} says nothing: ${JSON.stringify(findings)}`);
  return { ...found, code };
}

/** Types what a check says is to be done. */
function mend({ fix = 'false' }: Finding): void {
  const { status, stderr } = spawnSync('bash', ['-c', fix], { cwd: repository, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${fix}: exit status ${status}\n${stderr}`);
}

const isOk = (name: string, ...args: readonly string[]): Promise<boolean> =>
  Promise.resolve(check(...args).findings.filter((one) => one.check === name)).then(
    (those) => those.length > 0 && those.every(({ state }) => state === 'ok'),
  );

/** Whether all is as after an install. */
const isMended = (): Promise<boolean> => Promise.resolve(check().code === 0);

/** Not only enough to work: each of its pods is ready too. */
const isAllThere = (): Promise<boolean> =>
  Promise.resolve(check().findings.every(({ state }) => state === 'ok'));

async function scale(program: string, replicas: number): Promise<void> {
  await kubectl(['-n', namespace, 'scale', `deployment/${program}`, `--replicas=${replicas}`]);
  const pods = async () =>
    (await podsIn(namespace)).filter(({ metadata }) => metadata.name.startsWith(`${program}-`));
  await until(async () => (await pods()).length === replicas, 60_000);
}

const apply = (object: Json): Promise<string> => kubectl(['apply', '-f', '-'], JSON.stringify(object));

/** A certificate of its own making, for a time that is over or not. */
function certificate(hours: number): string {
  const keys = pki.rsa.generateKeyPair(2048);
  const made = pki.createCertificate();
  made.publicKey = keys.publicKey;
  made.validity.notBefore = new Date(Date.now() - 48 * 3_600_000);
  made.validity.notAfter = new Date(Date.now() + hours * 3_600_000);
  const subject = [{ name: 'commonName', value: 'podlag-injector.podlag-system.svc' }];
  made.setSubject(subject);
  made.setIssuer(subject);
  made.sign(keys.privateKey);
  return pki.certificateToPem(made);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

beforeAll(async () => {
  await install();
  await makeNamespace(where, labelled);
  await until(isAllThere, 60_000);
}, 180_000);

afterAll(async () => {
  await removeNamespaces(where, 'checked-agents', 'checked-late');
  await uninstall();
}, 120_000);

test('an install that works is ok in every line', () => {
  const { code, findings } = check();
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(code).toBe(0);
});

test('before an install it looks at the release, your rights and the namespace', () => {
  const { code, findings } = check('--pre');
  expect(findings.map(({ check: name, state }) => `${name} ${state}`)).toEqual([
    'api-version ok',
    'user-rights ok',
    'pod-security ok',
  ]);
  expect(code).toBe(0);
});

describe('with no injector that answers', () => {
  beforeAll(async () => {
    await scale('podlag-injector', 0);
  }, 90_000);

  test('the Service has no endpoints, and pods get no sidecar', () => {
    expect(said('injector-running')).toMatchObject({
      state: 'failed',
      detail: 'podlag-injector is scaled to 0',
    });
    expect(said('webhook-endpoints')).toMatchObject({ state: 'failed', code: 3 });
    expect(said('webhook-trial')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('would get no sidecar'),
    });
  });

  test('a certificate that has expired is told with its day', async () => {
    await editSecret({ data: { 'tls.crt': base64(certificate(-24)) } });
    expect(said('certificate-validity')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/expired at [0-9-]+T/),
      fix: 'kubectl -n podlag-system rollout restart deployment/podlag-injector',
    });
  });

  test.each([
    ['of another CA', () => base64(certificate(24)), 'of another CA'],
    ['empty', () => undefined, 'caBundle is empty'],
  ])('a caBundle that is %s is told', async (_, bundle, words) => {
    const path = '/webhooks/0/clientConfig/caBundle';
    const value = bundle();
    await editWebhook({ op: 'remove', path }).catch(() => undefined);
    if (value !== undefined) await editWebhook({ op: 'add', path, value });
    expect(said('ca-bundle')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining(words),
      fix: 'kubectl -n podlag-system rollout restart deployment/podlag-injector',
    });
  });

  test('what it says brings all of it back', async () => {
    mend(said('injector-running'));
    await until(async () => (await injectorPods()).length === 2, 30_000);
    await until(isMended, 60_000);
  });
});

test('a webhook configuration that is gone', async () => {
  await kubectl(['delete', 'mutatingwebhookconfiguration', 'podlag-injector']);
  const found = said('webhook-configuration');
  expect(found).toMatchObject({ state: 'failed', fix: 'kubectl apply -k deploy/', code: 3 });
  expect(said('webhook-trial').state).toBe('failed');
  mend(found);
  await until(isMended, 60_000);
});

test('a template that cannot be used, by line and field', async () => {
  const ref = ['-n', namespace, 'configmap/podlag-injector-template'];
  const { data } = await read<{ data: Record<string, string> }>(...ref);
  const edit = (text: string) =>
    kubectl([
      'patch',
      ...ref,
      '--type=merge',
      '-p',
      JSON.stringify({ data: { 'sidecarconfig.yaml': text } }),
    ]);
  const good = data['sidecarconfig.yaml'] ?? '';
  await edit(good.replace('imagePullPolicy', 'imagePulPolicy'));
  expect(said('sidecar-template')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(
      /sidecarconfig\.yaml:[0-9]+: containers\[0\]\.imagePulPolicy: unknown field/,
    ),
    fix: 'Correct it: kubectl -n podlag-system edit configmap podlag-injector-template',
  });
  await edit(good);
  expect(said('sidecar-template').state).toBe('ok');
});

describe('the namespace', () => {
  test.each([
    ['is not labelled', { 'sidecar-injection': null }, 'not labelled'],
    ['has the label in other letters', { 'sidecar-injection': 'Enabled' }, 'Did you mean enabled?'],
    ['has the label with another value', { 'sidecar-injection': 'true' }, 'Only enabled counts.'],
  ])('%s', async (_, labels, words) => {
    await kubectl([
      'patch',
      'namespace',
      where,
      '--type=merge',
      '-p',
      JSON.stringify({ metadata: { labels } }),
    ]);
    const found = said('namespace-label');
    expect(found).toMatchObject({ state: 'failed', detail: expect.stringContaining(words), code: 3 });
    mend(found);
    await until(isMended);
  });

  test.each(['baseline', 'restricted'])('enforces the Pod Security level %s', async (level) => {
    await kubectl(['label', '--overwrite', 'namespace', where, `${enforce}=${level}`]);
    const found = said('pod-security');
    expect(found).toMatchObject({ state: 'failed', detail: expect.stringContaining('forbids NET_ADMIN') });
    expect(said('pod-security', '--pre').state).toBe('failed');
    mend(found);
    await until(isMended);
  });

  test('was labelled after its pods were made', async () => {
    await makeNamespace('checked-late', {});
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image: 'app' }] },
    };
    const spec = { selector: { matchLabels: { app: 'web' } }, strategy: { type: 'Recreate' }, template };
    const metadata = { name: 'web', namespace: 'checked-late' };
    await apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
    await until(async () => (await podsIn('checked-late')).length === 1);
    mend(said('namespace-label', '-n', 'checked-late'));
    const found = said('pods-without-agent', '-n', 'checked-late');
    expect(found).toMatchObject({
      state: 'failed',
      fix: 'kubectl -n checked-late rollout restart deployment/web',
    });
    mend(found);
    await until(() => isOk('pods-without-agent', '-n', 'checked-late'), 60_000);
  });
});

/** What an agent says of its kernel. */
function stateWith(netem: Json): Json {
  const can = { available: true };
  const kinds = Object.fromEntries(['delay', 'loss', 'rate', 'partition'].map((kind) => [kind, netem]));
  return {
    desired: { faults: [], expiresAt: {} },
    ...{ plans: [], observed: {}, drift: [], cautions: [], exemptions: [], expiresAt: null },
    capabilities: {
      ...{
        kernel: '6.1.0',
        driver: 'netlink',
        tree: can,
        netem,
        ingress: can,
        duplicateBesideOthers: can,
        kinds,
      },
    },
    counters: { egress: [], ingress: [] },
    survivesRestart: { saved: true },
  };
}

/** A pod that answers as an agent does: the bed's kernel need not have netem for it. */
async function agent(name: string, version: string, state: Json): Promise<void> {
  const answers = JSON.stringify({ '/version': { version, node: process.version }, '/v1/state': state });
  const script = [
    `const answers = ${answers};`,
    "require('node:http').createServer((request, response) => {",
    "  response.setHeader('content-type', 'application/json');",
    '  response.end(JSON.stringify(answers[request.url] ?? {}));',
    '}).listen(2332);',
  ].join('\n');
  await pod(name, script);
}

async function pod(
  name: string,
  script: string,
  env: readonly { readonly name: string; readonly value: string }[] = [],
): Promise<void> {
  const ports = [{ name: 'podlag', containerPort: 2332 }];
  const container = { name: 'podlag-agent', image: 'node', args: ['-e', script], ports, env };
  const metadata = { name, namespace: 'checked-agents', labels: { app: name } };
  await apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } });
  const running = ['-n', 'checked-agents', 'wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Running'];
  await kubectl([...running, '--timeout=30s']);
}

describe('agents', () => {
  const here = ['-n', 'checked-agents'];
  const good = stateWith({ available: true });
  let ownVersion = '';

  beforeAll(async () => {
    ownVersion =
      spawnSync(process.execPath, [cli, 'version', '--client'], { encoding: 'utf8' }).stdout.split(
        /\s+/,
      )[1] ?? '';
    await makeNamespace('checked-agents', labelled);
  });

  afterEach(async () => {
    await kubectl([...here, 'delete', 'pods', '--all', '--grace-period=0', '--force', '--wait']);
  });

  test('that answer, on a kernel that can do all, are ok', async () => {
    await agent('good', ownVersion, good);
    await until(() => isOk('agents-reachable', ...here));
    expect(check(...here).findings.filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  test('on a kernel without netem, with the command for the node', async () => {
    const reason = 'Error: Specified qdisc kind is unknown.';
    const hint = 'On the node: modprobe sch_netem.';
    await agent('bare', ownVersion, stateWith({ available: false, code: 'netem-missing', reason, hint }));
    await until(() => isOk('agents-reachable', ...here));
    const found = said('agent-kernels', ...here);
    expect(found).toMatchObject({ state: 'failed', fix: expect.stringContaining('modprobe sch_netem') });
    expect(found.detail).toContain('bare cannot have delay, loss, rate, partition');
  });

  test.each([
    ['older', '0.0.9', 'kubectl -n checked-agents get pod skewed -o yaml | kubectl replace --force -f -'],
    ['newer', '9.0.0', 'Take podlag 9.0.0: ./scripts/install-cli of that release'],
  ])('%s than this program', async (word, version, fix) => {
    await agent('skewed', version, good);
    await until(() => isOk('agents-reachable', ...here));
    expect(said('agent-versions', ...here)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining(`of version ${version}, ${word} than this program`),
      fix,
    });
  });

  test('whose port nobody reaches, with the policy to open', async () => {
    const env = [{ name: 'PODLAG_ACCESS', value: 'token' }];
    await pod('shut', 'setInterval(() => undefined, 1000)', env);
    expect(said('agents-reachable', ...here)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/1 of 1 agent cannot be reached: shut \(.*/),
      fix: expect.stringContaining('describe pod shut'),
    });
    const spec = { podSelector: {}, policyTypes: ['Ingress'] };
    const metadata = { name: 'deny-all', namespace: 'checked-agents' };
    await apply({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
    const found = said('agents-reachable', ...here);
    expect(found.detail).toContain('NetworkPolicy deny-all decides what comes in');
    mend(found);
    const policy = await read<{ spec: Json }>(...here, 'networkpolicy/deny-all');
    expect(policy.spec.ingress).toEqual([{ ports: [{ protocol: 'TCP', port: 2332 }] }]);
  });
});

test('a definition that is gone', async () => {
  await kubectl(['delete', 'crd', 'scenarios.podlag.io']);
  const found = said('custom-resources');
  expect(found).toMatchObject({
    state: 'failed',
    detail: 'scenarios.podlag.io is missing',
    fix: 'kubectl apply -k deploy/',
  });
  mend(found);
  await until(isMended, 60_000);
});

describe('the controller', () => {
  test('is gone', async () => {
    await kubectl(['-n', namespace, 'delete', 'deployment', 'podlag-controller']);
    const found = said('controller-running');
    expect(found).toMatchObject({ state: 'failed', fix: 'kubectl apply -k deploy/' });
    mend(found);
    await until(isMended, 60_000);
  });

  test('has no leader', async () => {
    await scale('podlag-controller', 0);
    const spec = { holderIdentity: 'somebody', renewTime: '2026-01-01T00:00:00.000000Z' };
    const patch = ['patch', 'lease', 'podlag-controller', '--type=merge', '-p', JSON.stringify({ spec })];
    await kubectl(['-n', namespace, ...patch]);
    expect(said('controller-lease')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('no controller leads'),
    });
    mend(said('controller-running'));
    await until(isMended, 90_000);
  });

  test.each([
    ['injector', 'list namespaces'],
    ['controller', 'list networkfaults.podlag.io'],
  ])('or the %s may not %s', async (program, right) => {
    await kubectl(['delete', 'clusterrolebinding', `podlag-${program}`]);
    await until(async () => !(await isOk(`${program}-rights`)));
    const found = said(`${program}-rights`);
    expect(found).toMatchObject({ state: 'failed', fix: 'kubectl apply -k deploy/' });
    expect(found.detail).toContain(`may not ${right}; `);
    mend(found);
    await until(isMended, 60_000);
  });
});

describe('tokens', () => {
  const access = (change: string) =>
    kubectl([
      ...['-n', namespace, 'set', 'env', 'deployment/podlag-injector', 'deployment/podlag-controller'],
      change,
    ]);

  const jwk = (): Json => {
    const { kty, crv, x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    return { kty, crv, x, d };
  };

  const put = (kind: 'secret' | 'configmap', patch: Json) =>
    kubectl([
      '-n',
      namespace,
      'patch',
      kind,
      'podlag-token-keys',
      '--type=merge',
      '-p',
      JSON.stringify(patch),
    ]);

  beforeAll(async () => {
    await scale('podlag-controller', 0);
    await access('PODLAG_AGENT_ACCESS=token');
  }, 90_000);

  afterAll(async () => {
    await kubectl(['-n', namespace, 'set', 'env', 'deployment/podlag-injector', 'PODLAG_AGENT_ACCESS-']);
    await kubectl(['apply', '-k', join(repository, 'deploy')]);
    await until(isMended, 90_000);
  }, 120_000);

  test('that nobody has keys for', () => {
    expect(said('token-keys')).toMatchObject({
      state: 'failed',
      detail: 'Secret podlag-system/podlag-token-keys has no keys yet',
    });
  });

  test('whose keys are not those that agents are given', async () => {
    const keys = [{ ...jwk(), created: new Date().toISOString() }];
    await put('secret', { data: { 'keys.json': base64(JSON.stringify({ keys })) } });
    const { kty, crv, x } = jwk();
    await put('configmap', { data: { 'keys.json': JSON.stringify({ keys: [{ kty, crv, x }] }) } });
    expect(said('token-keys')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('new pods refuse every token'),
      fix: 'kubectl -n podlag-system rollout restart deployment/podlag-controller',
    });
  });

  test('are as they should be when all is done that it says', async () => {
    await scale('podlag-controller', 2);
    mend(said('controller-rights'));
    const keys = said('token-keys');
    // With its rights the controller may have published them by itself meanwhile.
    if (keys.state !== 'ok') mend(keys);
    await until(isMended, 90_000);
  });
});

test('a NetworkFault that no pod is selected by', async () => {
  const metadata = { name: 'nobody', namespace: where };
  const spec = { selector: { matchLabels: { app: 'nobody' } }, delay: { time: '20ms' } };
  await apply({ apiVersion: 'podlag.io/v1alpha1', kind: 'NetworkFault', metadata, spec });
  expect(said('objects-in-force')).toMatchObject({
    state: 'failed',
    detail: 'NetworkFault nobody selects no pod',
    fix: expect.stringContaining('kubectl -n checked edit networkfault nobody'),
  });
  await kubectl(['-n', where, 'delete', 'networkfault', 'nobody']);
});

test('who may not look is told which right is missing, and what was looked at all the same', async () => {
  await kubectl(['-n', where, 'create', 'serviceaccount', 'onlooker']);
  const token = (await kubectl(['-n', where, 'create', 'token', 'onlooker'])).trim();
  const config = JSON.parse(await kubectl(['config', 'view', '--raw', '--flatten', '-o', 'json'])) as {
    users: { user: Json }[];
  };
  for (const one of config.users) one.user = { token };
  const file = join(mkdtempSync(join(tmpdir(), 'podlag-check-')), 'kubeconfig');
  writeFileSync(file, JSON.stringify(config));
  const onlooker = ['--kubeconfig', file];
  expect(said('api-version', ...onlooker).state).toBe('ok');
  expect(said('certificate-validity', ...onlooker)).toMatchObject({
    state: 'warning',
    detail: `not looked at: system:serviceaccount:${where}:onlooker may not get secrets/podlag-injector-certs -n podlag-system`,
  });
  expect(said('user-rights', '--pre', ...onlooker).state).toBe('failed');
  expect((await tryKubectl(['auth', 'can-i', 'get', 'pods', ...onlooker])).stdout.trim()).toBe('no');
});
