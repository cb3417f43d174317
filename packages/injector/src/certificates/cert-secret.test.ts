import type { Secret } from '@podlag/kube';
import { X509Certificate } from 'node:crypto';
import { handmade, rsa1024, type Handmade, type HandmadeOptions } from '../../test/handmade-certificate';
import { readBundle } from './ca-bundle';
import { newCertSecret, readCertSecret, serviceHosts, withCertificate } from './cert-secret';
import type { CertificateProblem, StoredCertificate } from './certificate-set';
import { verifies } from './certification-path';
import { newCertificate } from './new-certificate';

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
  expect(secret).toMatchObject({ ...before, type: 'Opaque' });
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
  const ca = handmade({ extensions: 'ca', to: new Date('2026-11-19T12:00:00Z') });
  const { cert, key } = handmade({ signer: ca, hosts });
  return { ca: ca.cert, cert, key };
}

describe('a certificate of another hand', () => {
  const root = handmade({ subject: 'root', extensions: 'ca' });
  const noCa = handmade({ subject: 'no CA', extensions: 'none' });
  const middle = handmade({ subject: 'middle', signer: root, extensions: 'ca' });
  const lower = handmade({ subject: 'lower', signer: middle, extensions: 'ca' });
  const pair = (leaf: Handmade, bundle: Handmade, ...chain: Handmade[]): StoredCertificate => ({
    cert: [leaf, ...chain].map(({ cert }) => cert).join(''),
    key: leaf.key,
    bundle: bundle.cert,
  });
  const clientAuth = '1.3.6.1.5.5.7.3.2';
  const anyUsage = '2.5.29.37.0';
  const under = (signer: Handmade, options: HandmadeOptions = {}): Handmade =>
    handmade({ subject: 'leaf', signer, hosts, ...options });
  const ownSigner = handmade({ hosts, extensions: 'server' });

  test.each<[string, StoredCertificate]>([
    ['under a root', pair(under(root), root)],
    ['under an intermediate CA that stands beside it', pair(under(middle), root, middle)],
    ['under two of them, in whatever order', pair(under(lower), root, middle, lower)],
    ['with the root beside it too', pair(under(middle), root, middle, root)],
    ['under an intermediate CA that is trusted itself', pair(under(middle), middle)],
    ['that signed itself, and is trusted itself', pair(ownSigner, ownSigner)],
    ['without an extended key usage', pair(under(root, { usage: undefined }), root)],
    ['for any usage', pair(under(root, { usage: anyUsage }), root)],
  ])('%s is good, and vouched for where its bundle is published', (_, stored) => {
    const read = readCertSecret(secretOf(stored), { now, hosts });
    expect(read).toMatchObject({ kind: 'good', set: { cert: stored.cert } });
    const { chain } = (read as Extract<typeof read, { kind: 'good' }>).set;
    expect(verifies(readBundle(stored.bundle!)!, chain, now)).toBe(true);
  });

  const misplaced = under(root);
  const inPlaceOfItsCa = pair(misplaced, misplaced);
  const forClients = handmade({ subject: 'for clients', extensions: 'ca', usage: clientAuth });
  const soon = { to: new Date('2026-11-20T11:00:00Z') };
  const overMiddle = handmade({ subject: 'over', signer: root, extensions: 'ca', ...soon });
  test.each<[string, StoredCertificate, CertificateProblem, string]>([
    [
      'for clients only',
      pair(under(root, { usage: clientAuth }), root),
      'wrong-usage',
      'tls.crt: its extended key usage has no serverAuth',
    ],
    [
      'under a CA for clients only',
      pair(under(forClients), forClients),
      'wrong-usage',
      'ca.crt: a CA above tls.crt is not for servers',
    ],
    [
      'under a certificate that is no CA',
      pair(under(noCa), noCa),
      'no-ca',
      'ca.crt: the CA of the certificate in tls.crt is none',
    ],
    ['in the place of its CA', inPlaceOfItsCa, 'unknown-issuer', 'tls.crt: is not signed by a CA in ca.crt'],
    [
      'under an intermediate CA that is missing',
      pair(under(lower), root, lower),
      'unknown-issuer',
      'tls.crt: is not signed by a CA in ca.crt',
    ],
    [
      'under an intermediate CA that has expired',
      pair(under(overMiddle), root, overMiddle),
      'expired-ca',
      'tls.crt: the intermediate CA in it is valid from',
    ],
    [
      'with a key that is too short for OpenSSL',
      pair(under(root, { keys: rsa1024() }), root),
      'not-loadable',
      'ee key too small',
    ],
    [
      'before a block that is no certificate',
      pair(under(root), root, { ...root, cert: root.cert.replace(/^M.{20}/m, 'MIIB') }),
      'not-loadable',
      'tls.crt: a certificate after the first is broken',
    ],
  ])('%s is refused in words', (_, stored, problem, words) => {
    expect(readCertSecret(secretOf(stored), { now, hosts })).toEqual({
      kind: 'bad',
      problem,
      detail: expect.stringContaining(words),
    });
  });

  test('an intermediate that is no CA is told from one that is missing', () => {
    const none = handmade({ subject: 'none', signer: root, extensions: 'none' });
    expect(readCertSecret(secretOf(pair(under(none), root, none)), { now, hosts })).toMatchObject({
      problem: 'no-ca',
      detail: expect.stringContaining('tls.crt: the intermediate CA in it is none'),
    });
  });

  test('one of half an hour from now is good: perhaps it is our clock that is behind', () => {
    const stored = pair(under(root, { from: new Date('2026-11-20T12:30:00Z') }), root);
    expect(readCertSecret(secretOf(stored), { now, hosts }).kind).toBe('good');
  });

  test('it is good until the first of what vouches for it ends', () => {
    const to = new Date('2026-12-01T00:00:00Z');
    const short = handmade({ subject: 'short', signer: root, extensions: 'ca', to });
    const read = readCertSecret(secretOf(pair(under(short), root, short)), { now, hosts });
    expect(read).toMatchObject({ kind: 'good', set: { notAfter: to } });
  });

  test('of a CA that was renewed with its key the later one counts', () => {
    const to = new Date('2026-12-01T00:00:00Z');
    const old = handmade({ subject: 'root', keys: root.keys, extensions: 'ca', to });
    const stored = { ...pair(under(root), root), bundle: old.cert + root.cert };
    expect(readCertSecret(secretOf(stored), { now, hosts })).toMatchObject({
      set: { notAfter: new Date('2027-11-01T00:00:00Z') },
    });
  });
});
