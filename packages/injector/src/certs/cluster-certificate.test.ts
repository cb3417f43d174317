import { mutatingWebhookConfigurations, secrets } from '@podlag/kube';
import { X509Certificate } from 'node:crypto';
import {
  CertificateCluster,
  configurationRef,
  dayMs,
  emptyConfiguration,
  emptySecret,
  hosts,
  secretRef,
} from '../../test/certificate-cluster';
import { readBundle } from '../certificates/ca-bundle';
import { withCertificate } from '../certificates/cert-secret';
import { newCertificate } from '../certificates/new-certificate';
import { certifyCluster, type ClusterRequest } from './cluster-certificate';

interface Outcome {
  readonly lines: string;
  readonly notes: string;
}

const defaults = {
  service: 'podlag-injector',
  namespace: 'podlag-system',
  secret: 'podlag-injector-certs',
  webhook: 'podlag-injector',
  lifeMs: 365 * dayMs,
  renew: false,
  dryRun: false,
};

async function run(cluster: CertificateCluster, request: Partial<ClusterRequest> = {}): Promise<Outcome> {
  let [lines, notes] = ['', ''];
  await certifyCluster(
    cluster.api,
    { ...defaults, now: cluster.clock.date, ...request },
    { line: (text) => (lines += `${text}\n`), note: (text) => (notes += `${text}\n`) },
  );
  return { lines, notes };
}

const writes = ({ api }: CertificateCluster): string[] =>
  api.calls.map(({ verb }) => verb).filter((verb) => verb !== 'get');

function expectRight(cluster: CertificateCluster, authorities = 1): void {
  const wanted = cluster.set.bundle.map(String).sort();
  expect(wanted).toHaveLength(authorities);
  for (const published of cluster.published) expect(published.map(String).sort()).toEqual(wanted);
}

test('the empty Secret is filled for a year, and its CA goes into every webhook', async () => {
  const cluster = CertificateCluster.installed();
  expect(await run(cluster)).toEqual({
    lines:
      'secret/podlag-injector-certs replaced: it is empty\n' +
      'mutatingwebhookconfiguration/podlag-injector patched: caBundle of w0.podlag.io, w1.podlag.io\n',
    notes: '',
  });
  expectRight(cluster);
  const { leaf } = cluster.set;
  expect(leaf.subjectAltName).toBe(hosts.map((host) => `DNS:${host}`).join(', '));
  expect(leaf.validToDate).toEqual(new Date(cluster.clock.now() + 365 * dayMs));
});

test('a second run finds all right, and writes nothing', async () => {
  const cluster = CertificateCluster.installed();
  await run(cluster);
  const before = writes(cluster).length;
  expect(await run(cluster)).toMatchObject({
    lines:
      'secret/podlag-injector-certs kept: its certificate is valid until 2027-11-20, and will be renewed from 2027-07-21 on\n' +
      'mutatingwebhookconfiguration/podlag-injector kept: the caBundle of each webhook is right\n',
  });
  expect(writes(cluster)).toHaveLength(before);
});

test('a Secret that is missing is made, of the type that deploy/ applies over it', async () => {
  const cluster = CertificateCluster.installed();
  cluster.api.remove(secrets, secretRef);
  expect((await run(cluster)).lines).toContain('secret/podlag-injector-certs created: there was none\n');
  expect(cluster.secret.type).toBe('Opaque');
  expectRight(cluster);
});

test('a Secret of another type keeps it, since the API server lets nobody change it', async () => {
  const cluster = CertificateCluster.installed();
  cluster.api.seed(secrets, { ...emptySecret, type: 'kubernetes.io/tls' });
  await run(cluster);
  expect(cluster.secret.type).toBe('kubernetes.io/tls');
  expectRight(cluster);
});

test.each<[string, number, string]>([
  ['more than a third of its life left is kept', 19, 'kept'],
  ['less than a third of its life left is renewed', 21, 'replaced'],
])('a certificate that has %s', async (_, days, word) => {
  const cluster = CertificateCluster.installed();
  await run(cluster, { lifeMs: 30 * dayMs });
  cluster.clock.advance(days * dayMs);
  expect((await run(cluster, { lifeMs: 30 * dayMs })).lines).toContain(
    `secret/podlag-injector-certs ${word}`,
  );
  expectRight(cluster, word === 'kept' ? 1 : 2);
});

test('--renew makes a new one, and the old CA stays in the bundle until it expires', async () => {
  const cluster = CertificateCluster.installed();
  await run(cluster, { lifeMs: 30 * dayMs });
  const { cert, bundle } = cluster.set;
  expect((await run(cluster, { renew: true })).lines).toContain('replaced: asked for by --renew\n');
  expect(cluster.set.cert).not.toBe(cert);
  expect(cluster.set.bundle[1]?.fingerprint256).toBe(bundle[0]?.fingerprint256);
  expectRight(cluster, 2);
  cluster.clock.advance(31 * dayMs);
  expect((await run(cluster)).lines).toContain('replaced: a CA in it has expired');
  expectRight(cluster, 1);
});

test.each([false, true])(
  'a dry run says what it would do, and changes nothing (--renew: %s)',
  async (renew) => {
    const cluster = CertificateCluster.installed();
    expect((await run(cluster, { dryRun: true, renew })).lines).toBe(
      'secret/podlag-injector-certs replaced (dry run): it is empty\n' +
        'mutatingwebhookconfiguration/podlag-injector patched (dry run): caBundle of w0.podlag.io, w1.podlag.io\n',
    );
    expect(writes(cluster)).toEqual([]);
  },
);

test('a dry run names the webhooks alone whose caBundle is not right', async () => {
  const cluster = CertificateCluster.installed();
  await run(cluster);
  cluster.api.edit(mutatingWebhookConfigurations, configurationRef, (configuration) => ({
    ...configuration,
    webhooks: [...configuration.webhooks!, { ...emptyConfiguration(1).webhooks![0]!, name: 'w2.podlag.io' }],
  }));
  const before = writes(cluster);
  const { lines } = await run(cluster, { dryRun: true });
  expect(writes(cluster)).toEqual(before);
  expect(lines).toContain('secret/podlag-injector-certs kept');
  expect(lines).toMatch(/patched \(dry run\): caBundle of w2\.podlag\.io\n$/);
});

test('without a webhook configuration the Secret is made all the same, and it says what is left to do', async () => {
  const cluster = new CertificateCluster();
  cluster.api.seed(secrets, emptySecret);
  const { lines, notes } = await run(cluster);
  expect(lines).toBe('secret/podlag-injector-certs replaced: it is empty\n');
  expect(notes).toContain(
    'There is no mutatingwebhookconfiguration/podlag-injector yet: run this again after',
  );
  cluster.api.seed(mutatingWebhookConfigurations, emptyConfiguration(1));
  await run(cluster);
  expectRight(cluster);
});

test('names other than podlag’s own are taken', async () => {
  const cluster = new CertificateCluster();
  cluster.api.seed(mutatingWebhookConfigurations, {
    metadata: { name: 'w' },
    webhooks: [{ name: 'w.ns', clientConfig: { service: { name: 'svc', namespace: 'ns' } } }],
  });
  await run(cluster, { service: 'svc', namespace: 'ns', secret: 's', webhook: 'w', lifeMs: dayMs });
  const secret = cluster.api.stored(secrets, { name: 's', namespace: 'ns' });
  const leaf = new X509Certificate(Buffer.from(secret.data!['tls.crt']!, 'base64'));
  expect(leaf.checkHost('svc.ns.svc')).toBe('svc.ns.svc');
  expect(leaf.validToDate).toEqual(new Date(cluster.clock.now() + dayMs));
  const [webhook] = cluster.api.stored(mutatingWebhookConfigurations, { name: 'w' }).webhooks!;
  expect(webhook!.clientConfig.caBundle).toBe(secret.data!['ca.crt']);
});

test('whoever is faster with the Secret wins, and what they wrote is published', async () => {
  const cluster = CertificateCluster.installed();
  const theirs = newCertificate({ hosts, lifeMs: 30 * dayMs, now: cluster.clock.date });
  cluster.api.beforeNext(() => {
    cluster.api.seed(secrets, withCertificate(cluster.secret, theirs, readBundle(theirs.ca)!));
  }, 'update');
  expect((await run(cluster)).lines).toContain('secret/podlag-injector-certs kept');
  expect(cluster.set.cert).toBe(theirs.cert);
  expectRight(cluster);
});

test('a change of the webhooks in between makes no second certificate', async () => {
  const cluster = CertificateCluster.installed();
  cluster.api.beforeNext(() => cluster.publish('x'), 'patch');
  const { lines } = await run(cluster, { renew: true });
  expect(lines.match(/^secret/gm)).toHaveLength(1);
  expect(writes(cluster)).toEqual(['update', 'patch', 'patch']);
  expectRight(cluster);
});

test('a webhook that calls something else is left alone, by name', async () => {
  const cluster = CertificateCluster.installed(1);
  const theirs = { name: 'other.example.com', clientConfig: { url: 'https://localhost/mutate' } };
  cluster.api.edit(mutatingWebhookConfigurations, configurationRef, (configuration) => ({
    ...configuration,
    webhooks: [theirs, ...configuration.webhooks!],
  }));
  const { lines, notes } = await run(cluster);
  expect(lines).toMatch(/ patched: caBundle of w0\.podlag\.io\n$/);
  expect(notes).toBe(
    'mutatingwebhookconfiguration/podlag-injector: left alone, since they do not call Service' +
      ' podlag-system/podlag-injector: other.example.com\n',
  );
  const { webhooks } = cluster.api.stored(mutatingWebhookConfigurations, configurationRef);
  expect(webhooks![0]).toEqual(theirs);
  expect(cluster.published[1]).toHaveLength(1);
  expect((await run(cluster)).lines).toContain('kept: the caBundle of each webhook is right');
});

test('a configuration without a webhook for that Service is said', async () => {
  const cluster = CertificateCluster.installed(1);
  const before = cluster.version;
  expect((await run(cluster, { service: 'another' })).notes).toContain(
    'mutatingwebhookconfiguration/podlag-injector has no webhook for Service podlag-system/another: see --service',
  );
  expect(cluster.version).toBe(before);
});

test('an API server that does not answer is an error', async () => {
  const cluster = CertificateCluster.installed();
  cluster.api.startOutage();
  await expect(run(cluster)).rejects.toMatchObject({ code: 'kube-unavailable' });
});
