import type { Secret } from '@podlag/kube';
import { generateKeyPairSync, X509Certificate, type KeyPairKeyObjectResult } from 'node:crypto';
import { readBundle } from './ca-bundle';
import { newCertSecret, readCertSecret, serviceHosts, withCertificate } from './cert-secret';
import type { CertificateProblem, StoredCertificate } from './certificate-set';
import { newCertificate } from './new-certificate';
import { caExtensions, serverExtensions, signedCertificate } from './x509-layout';

const now = new Date('2026-11-20T12:00:00Z');
const dayMs = 24 * 3_600_000;
const hosts = serviceHosts('podlag-injector', 'podlag-system');
const ref = { name: 'podlag-injector-certs', namespace: 'podlag-system' };

const made = (lifeMs = 30 * dayMs, from = now, names = hosts): StoredCertificate & { bundle: string } => {
  const { ca, cert, key } = newCertificate({ hosts: names, lifeMs, now: from });
  return { bundle: ca, cert, key };
};
const good = made();
const other = made();

function secretOf({ bundle, cert, key }: StoredCertificate): Secret {
  const encoded = (text = ''): string => Buffer.from(text).toString('base64');
  return {
    ...newCertSecret(ref),
    data: { 'ca.crt': encoded(bundle), 'tls.crt': encoded(cert), 'tls.key': encoded(key) },
  };
}

test('a Service is called by three names, of which an API server asks for the first', () => {
  expect(hosts).toEqual([
    'podlag-injector.podlag-system.svc',
    'podlag-injector.podlag-system.svc.cluster.local',
    'podlag-injector.podlag-system',
  ]);
});

test('what was written is read again, and the rest of the Secret is as it was', () => {
  const before = { ...newCertSecret(ref), data: { more: 'bW9yZQ==' }, immutable: false };
  const bundle = readBundle(`${good.bundle}${other.bundle}`)!;
  const secret = withCertificate(before, good, bundle);
  expect(secret).toMatchObject({ ...before, type: 'kubernetes.io/tls' });
  const read = readCertSecret(secret, { now, hosts });
  expect(read).toMatchObject({ kind: 'good', set: { cert: good.cert, key: good.key } });
  const { leaf, bundle: cas } = (read as Extract<typeof read, { kind: 'good' }>).set;
  expect(leaf.fingerprint256).toBe(new X509Certificate(good.cert).fingerprint256);
  expect(cas.map(String)).toEqual(bundle.map(String));
});

test.each<[string, StoredCertificate | undefined, CertificateProblem, string]>([
  ['no data', undefined, 'empty', 'it is empty'],
  ['empty values', { bundle: '', cert: '', key: '' }, 'empty', 'it is empty'],
  ['a text that is no certificate', { ...good, cert: 'x' }, 'not-pem', 'tls.crt: is not a PEM certificate'],
  ['a text that is no key', { ...good, key: 'x' }, 'broken-key', 'tls.key: is not a PEM private key'],
  ['no key', { ...good, key: '' }, 'broken-key', 'tls.key: is not a PEM private key'],
  [
    'the key of another',
    { ...good, key: other.key },
    'foreign-key',
    'tls.key: is not the key of the certificate in tls.crt',
  ],
  [
    'an expired leaf',
    made(dayMs, new Date('2026-11-18T12:00:00Z')),
    'expired',
    'tls.crt: expired on 2026-11-19T12:00:00.000Z',
  ],
  [
    'a leaf of tomorrow',
    made(dayMs, new Date('2026-11-21T12:00:00Z')),
    'not-yet-valid',
    'tls.crt: is not valid before 2026-11-21T11:00:00.000Z',
  ],
  [
    'a leaf for other hosts',
    made(dayMs, now, ['other.podlag-system.svc', ...hosts.slice(1)]),
    'wrong-hosts',
    'not for podlag-injector.podlag-system.svc',
  ],
  [
    'another CA',
    { ...good, bundle: other.bundle },
    'unknown-issuer',
    'tls.crt: is not signed by a CA in ca.crt',
  ],
  ['no CA', { ...good, bundle: '' }, 'unknown-issuer', 'tls.crt: is not signed by a CA in ca.crt'],
  [
    'a CA that is broken',
    { ...good, bundle: good.bundle.replace(/^M.{20}/m, 'MIIB') },
    'not-pem',
    'ca.crt: is not a PEM certificate',
  ],
])('%s: it says what is wrong', (_, stored, problem, words) => {
  const secret = stored === undefined ? newCertSecret(ref) : secretOf(stored);
  expect(readCertSecret(secret, { now, hosts })).toEqual({
    kind: 'bad',
    problem,
    detail: expect.stringContaining(words),
  });
});

test('a leaf outlives no CA: one under an expired CA is none', () => {
  const { cert, key, ca } = longLeafUnderShortCa();
  expect(readCertSecret(secretOf({ cert, key, bundle: ca }), { now, hosts })).toMatchObject({
    problem: 'expired-ca',
    detail: expect.stringContaining('to 2026-11-19T12:00:00.000Z'),
  });
});

/** By hand, since newCertificate makes both of the same life. */
function longLeafUnderShortCa(): { cert: string; key: string; ca: string } {
  const keys = (): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const [caKeys, leafKeys] = [keys(), keys()];
  const common = { issuer: 'CA', notBefore: new Date('2026-11-01T00:00:00Z') };
  const ca = {
    ...{ ...common, subject: 'CA', notAfter: new Date('2026-11-19T12:00:00Z') },
    ...{ publicKey: caKeys.publicKey, extensions: caExtensions(caKeys.publicKey) },
  };
  const leaf = {
    ...{ ...common, subject: 'leaf', notAfter: new Date('2026-12-19T12:00:00Z') },
    publicKey: leafKeys.publicKey,
    extensions: serverExtensions(hosts, leafKeys.publicKey, caKeys.publicKey),
  };
  return {
    ca: signedCertificate(ca, caKeys.privateKey),
    cert: signedCertificate(leaf, caKeys.privateKey),
    key: leafKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
