import { kubectl } from '../deploy/command';
import { until } from '../deploy/until';
import { bedVariable, readBed } from '../../src/control-plane';
import {
  certSecret,
  certificatesIn,
  editSecret,
  editWebhook,
  injectors,
  install,
  isReady,
  labelled,
  makeNamespace,
  namespace,
  podManifest,
  publishedBundle,
  read,
  removeNamespaces,
  rolledOut,
  servedBy,
  tryPod,
  uninstall,
} from './installation';
import { PacedLoad, type PacedResult } from './paced-load';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

// Which bed this is; the rest of the code does not read the environment.
const { env } = process;

const where = 'paced';
const perSecond = 50;

beforeAll(async () => {
  await install();
  await editWebhook({ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Fail' });
  await makeNamespace(where, labelled);
  await until(async () => (await tryPod(where, podManifest('a'))).said.includes('injected'));
}, 120_000);

afterAll(async () => {
  await removeNamespaces(where);
  await uninstall();
}, 60_000);

/** The API server's own count of webhook calls that came to nothing and cost a pod. */
async function rejections(): Promise<number> {
  const text = await kubectl(['get', '--raw', '/metrics']);
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('apiserver_admission_webhook_rejection_count{'));
  const ours = lines.filter(
    (line) => line.includes('injector.podlag.io') && line.includes('calling_webhook_error'),
  );
  return ours.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Pods at a steady rate, for a second before `disturb`, during it, and for two seconds after. */
async function under(title: string, disturb: (load: PacedLoad) => Promise<void>): Promise<PacedResult> {
  const before = await rejections();
  const load = await PacedLoad.start(where, perSecond);
  try {
    await until(async () => (await rejections(), load.ageMs > 1_000));
    await disturb(load);
    const disturbedMs = load.ageMs;
    await until(async () => (await rejections(), load.ageMs - disturbedMs > 2_000));
  } finally {
    await load.stop();
  }
  const { result } = load;
  const counted = (await rejections()) - before;
  process.stderr.write(
    `${title}: ${result.sent} pods in ${(result.lastedMs / 1000).toFixed(0)} s, ${result.failures.length} failed (API server: ${counted}), ` +
      `median ${result.medianMs.toFixed(1)} ms, longest ${result.longestMs.toFixed(0)} ms\n`,
  );
  expect(result.sent).toBeGreaterThan(0.9 * perSecond * (result.lastedMs / 1000));
  expect(result.failures.filter(({ problem }) => problem.startsWith('500'))).toHaveLength(counted);
  return result;
}

/** Until the last one that drains has ended, too. */
async function gone(old: readonly string[]): Promise<void> {
  await until(async () => {
    const { items } = await read<{ items: { metadata: { name: string } }[] }>(
      'pods',
      '--namespace',
      namespace,
    );
    return items.every(({ metadata }) => !old.includes(metadata.name));
  }, 60_000);
}

const nothingFailed = { failures: [] };

test('a rolling restart of both replicas', async () => {
  const old = (await injectors()).map(({ metadata }) => metadata.name);
  const result = await under('rolling restart', async () => {
    await kubectl(['--namespace', namespace, 'rollout', 'restart', 'deployment/podlag-injector']);
    await rolledOut();
    await gone(old);
  });
  expect(result).toMatchObject(nothingFailed);
}, 120_000);

test('a new certificate by a new CA', async () => {
  const [oldCa] = certificatesIn((await certSecret())['ca.crt'] ?? '');
  const result = await under('certificate rotation', async () => {
    await editSecret({ data: { 'tls.crt': null } });
    await until(async () => certificatesIn(await publishedBundle())[0] !== oldCa);
    await until(async () => {
      const { 'tls.crt': cert = '' } = await certSecret();
      const shown = await Promise.all((await injectors()).map(({ status }) => servedBy(status.podIP ?? '')));
      const der = Buffer.from(cert.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      return shown.length === 2 && shown.every(({ raw }) => raw.equals(der));
    }, 30_000);
  });
  expect(result).toMatchObject(nothingFailed);
  const bundle = certificatesIn(await publishedBundle());
  expect(bundle).toHaveLength(2);
  expect(bundle).toContain(oldCa);
}, 120_000);

test('a change of the template', async () => {
  const result = await under('template change', async () => {
    const { data } = await read<{ data: Record<string, string> }>(
      ...['configmap', 'podlag-injector-template', '--namespace', namespace],
    );
    const text = (data['sidecarconfig.yaml'] ?? '').replace('memory: 192Mi', 'memory: 97Mi');
    const patch = JSON.stringify({ data: { 'sidecarconfig.yaml': text } });
    const configMap = ['patch', 'configmap', 'podlag-injector-template', '--type=merge', '--patch', patch];
    await kubectl(['--namespace', namespace, ...configMap]);
    await until(async () => JSON.stringify(await tryPod(where, podManifest('a'))).includes('97Mi'));
  });
  expect(result).toMatchObject(nothingFailed);
}, 60_000);

/**
 * What is under way in a process that is killed outright is lost with it: the API server asks no second time. And until
 * its endpoint is gone, a new connection may be tried at its address. So this one is not 0; it is these few, and short.
 */
test('a replica that is killed outright', async () => {
  const [victim] = (await injectors()).filter(isReady);
  let killedAtMs = Number.NaN;
  const result = await under('kill -9', async (load) => {
    const { pods } = await readBed(env[bedVariable]);
    const pid = pods.find(({ name }) => name === victim?.metadata.name)?.containers[0]?.pid;
    killedAtMs = load.ageMs;
    process.kill(pid!, 'SIGKILL');
    await until(async () => {
      const { status } = await read<{
        status: { containerStatuses: { restartCount: number; ready: boolean }[] };
      }>(...['pod', victim!.metadata.name, '--namespace', namespace]);
      return status.containerStatuses.every(({ restartCount, ready }) => restartCount === 1 && ready);
    });
  });
  for (const { problem } of result.failures)
    expect(problem).toMatch(/connection refused|EOF|reset|broken pipe/);
  // A tenth of a second's pods were under way, or tried its address at once; the rest went to the other replica.
  expect(result.failures.length).toBeLessThanOrEqual(perSecond / 10);
  for (const { atMs } of result.failures) {
    expect(atMs).toBeGreaterThan(killedAtMs - 500);
    expect(atMs).toBeLessThan(killedAtMs + 3_000);
  }
}, 60_000);

test('a renewal for age, by a certificate that is valid for a minute', async () => {
  const life = ['set', 'env', 'deployment/podlag-injector', 'PODLAG_CERTIFICATE_LIFE=1m'];
  const old = (await injectors()).map(({ metadata }) => metadata.name);
  const result = await under('renewal by age', async () => {
    await kubectl(['--namespace', namespace, ...life]);
    await rolledOut();
    // One that drains would make a certificate of the old life.
    await gone(old);
    await editSecret({ data: { 'tls.crt': null } });
    const seen = new Set<string>();
    await until(async () => {
      const { 'tls.crt': cert } = await certSecret();
      if (cert !== undefined) seen.add(cert);
      return seen.size === 3;
    }, 120_000);
  });
  expect(result).toMatchObject(nothingFailed);
}, 180_000);
