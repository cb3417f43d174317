import { X509Certificate } from 'node:crypto';
import { kubectl } from '../deploy/command';
import { until } from '../deploy/until';
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
  injectorPods,
  publishedBundle,
  removeNamespaces,
  rolledOut,
  servedBy,
  tryPod,
  uninstall,
} from './installation';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const replicas = 3;
const deployment = ['--namespace', namespace, 'scale', 'deployment/podlag-injector'];

beforeAll(async () => {
  await install();
  await makeNamespace('certified', labelled);
}, 120_000);

afterAll(async () => {
  await removeNamespaces('certified');
  await uninstall();
}, 60_000);

/** Whether a process shows the leaf of the Secret, that leaf is signed by a published CA, and a pod gets its sidecar. */
async function allAgree(count: number): Promise<boolean> {
  const { 'tls.crt': cert = '', 'ca.crt': bundle = '' } = await certSecret();
  if (certificatesIn(cert).length !== 1) return false;
  const leaf = new X509Certificate(cert);
  const pods = (await injectors()).filter(isReady);
  if (pods.length !== count || (await publishedBundle()) !== bundle) return false;
  const shown = await Promise.all(pods.map(({ status }) => servedBy(status.podIP ?? '')));
  const isSigned = certificatesIn(bundle).some((ca) => leaf.verify(new X509Certificate(ca).publicKey));
  return isSigned && shown.every(({ raw }) => raw.equals(leaf.raw));
}

async function injects(): Promise<boolean> {
  return (await tryPod('certified', podManifest('a'))).said.includes('injected');
}

test('three replicas that start at once with an empty Secret agree on one CA', async () => {
  await kubectl([...deployment, '--replicas=0']);
  // Those that drain, too: they would fill the Secret again.
  await until(async () => (await injectorPods()).length === 0, 60_000);
  await editSecret({ data: null });
  await kubectl([...deployment, `--replicas=${replicas}`]);
  await rolledOut();
  await until(() => allAgree(replicas));
  expect(certificatesIn(await publishedBundle())).toHaveLength(1);
  await until(injects);
}, 120_000);

test('the certificate is for the Service, and valid since an hour ago', async () => {
  const leaf = new X509Certificate((await certSecret())['tls.crt'] ?? '');
  expect(leaf.subjectAltName).toContain('DNS:podlag-injector.podlag-system.svc');
  expect(Date.now() - leaf.validFromDate.getTime()).toBeGreaterThan(3_600_000);
  expect(leaf.validToDate.getTime() - Date.now()).toBeLessThanOrEqual(720 * 3_600_000);
});

test('a caBundle that somebody else changes is put back', async () => {
  const right = await publishedBundle();
  const another = Buffer.from('-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n').toString(
    'base64',
  );
  for (const value of ['', another]) {
    const operation = { op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value };
    await editWebhook(operation).catch(() => editWebhook({ ...operation, value: '' }));
    await until(async () => (await publishedBundle()) === right);
  }
  await until(injects);
});

const secrets: readonly (readonly [string, () => Promise<Record<string, string | null>>])[] = [
  ['emptied', () => Promise.resolve({ 'ca.crt': null, 'tls.crt': null, 'tls.key': null })],
  ['with a broken key', () => Promise.resolve({ 'tls.key': encoded('no key') })],
  [
    'with a CA that did not sign the certificate',
    async () => ({ 'ca.crt': encoded((await certSecret())['tls.crt'] ?? '') }),
  ],
];

const encoded = (text: string): string => Buffer.from(text).toString('base64');

test.each(secrets)(
  'a Secret %s is repaired, and every replica follows',
  async (_, change) => {
    const before = (await certSecret())['tls.crt'];
    const data = await change();
    await editSecret({ data });
    await until(async () => {
      const now = await certSecret();
      return Object.entries(data).every(
        ([key, value]) => now[key] !== undefined && encoded(now[key]) !== value,
      );
    });
    await until(() => allAgree(replicas), 30_000);
    expect((await certSecret())['tls.crt']).not.toBe(before);
    await until(injects);
  },
  60_000,
);

test('after the Secret was emptied twice, what was served before is trusted no more', async () => {
  const leaked = certificatesIn(await publishedBundle());
  for (let times = 0; times < 2; times++) {
    await editSecret({ data: null });
    await until(async () => (await certSecret())['tls.crt'] !== undefined);
    await until(() => allAgree(replicas), 30_000);
  }
  const trusted = certificatesIn(await publishedBundle());
  expect(trusted.filter((ca) => leaked.includes(ca))).toEqual([]);
  await until(injects);
}, 90_000);
