import type { Secret } from '@podlag/kube';
import type { X509Certificate } from 'node:crypto';
import { handmade } from '../../test/handmade-certificate';
import { readBundle, type CaBundle } from './ca-bundle';
import { newCertSecret, readCertSecret, serviceHosts, withCertificate } from './cert-secret';
import { newCertificate, type NewCertificate } from './new-certificate';
import { renewal, renewedBundle, type Renewal, type RenewalTerms } from './renewal';
import { renewedSecret } from './renewed-secret';

const now = new Date('2026-11-20T12:00:00Z');
const dayMs = 24 * 3_600_000;
const lifeMs = 30 * dayMs;
const hosts = serviceHosts('podlag-injector', 'podlag-system');
const empty = newCertSecret({ name: 'certs', namespace: 'podlag-system' });

const make = (from = now, life = lifeMs): NewCertificate =>
  newCertificate({ hosts, lifeMs: life, now: from });
const casOf = (...made: NewCertificate[]): CaBundle => readBundle(made.map(({ ca }) => ca).join(''))!;
const secretOf = (made: NewCertificate, bundle = casOf(made)): Secret => withCertificate(empty, made, bundle);
const daysLater = (days: number): Date => new Date(now.getTime() + days * dayMs);
const judge = (secret: Secret, terms: Partial<RenewalTerms> = {}): Renewal =>
  renewal(secret, { now, hosts, served: [], jitter: 0, ...terms });
const prints = (bundle: readonly X509Certificate[]): string[] => bundle.map((ca) => ca.fingerprint256);

const current = make();
const older = make(daysLater(-15));
const old = make(daysLater(-29), lifeMs);

test('a good one is kept until two thirds of its life are over', () => {
  const verdict = judge(secretOf(current));
  // An hour of its life was before now.
  const until = new Date(now.getTime() - 3_600_000 + ((lifeMs + 3_600_000) * 2) / 3);
  expect(verdict).toMatchObject({ kind: 'keep', until });
  expect(judge(secretOf(current), { now: new Date(until.getTime() - 1) }).kind).toBe('keep');
  expect(judge(secretOf(current), { now: until })).toMatchObject({
    kind: 'renew',
    reason: expect.stringContaining('two thirds of its life are over'),
    set: { cert: current.cert },
  });
});

test('replicas renew one after the other, by their jitter', () => {
  const after = (jitter: number): number =>
    (judge(secretOf(current), { jitter }) as Extract<Renewal, { kind: 'keep' }>).until.getTime();
  expect(after(1) - after(0)).toBeGreaterThan(29 * 60_000);
  expect(after(1) - after(0)).toBeLessThan(31 * 60_000);
  expect(after(0.5)).toBeLessThan(after(1));
});

test.each<[string, Secret, string]>([
  ['an empty one', empty, 'it is empty'],
  ['one for other hosts', secretOf(newCertificate({ hosts: ['a'], lifeMs, now })), 'is for DNS:a, not for'],
  ['one that has expired', secretOf(make(daysLater(-31))), 'expired on 2026-11-19T12:00:00.000Z'],
  ['one of another key', secretOf({ ...current, key: older.key }), 'is not the key of'],
])('%s is renewed, and nothing of it is served until then', (_, secret, reason) => {
  expect(judge(secret)).toMatchObject({
    kind: 'renew',
    set: undefined,
    reason: expect.stringContaining(reason),
  });
});

test('the old CAs that are in date stay beside the new one, with those under which this process serves', () => {
  const gone = make(daysLater(-40));
  const broken = secretOf({ ...current, key: 'x' }, casOf(current, gone));
  const verdict = judge(broken, { served: casOf(older, current) }) as Extract<Renewal, { kind: 'renew' }>;
  expect(prints(verdict.oldBundle)).toEqual(prints(casOf(current, older)));
  const next = readCertSecret(renewedSecret(broken, verdict, { hosts, lifeMs, now }), { now, hosts });
  const { bundle } = (next as Extract<typeof next, { kind: 'good' }>).set;
  expect(prints(bundle).slice(1)).toEqual(prints(casOf(current, older)));
});

test('an emptied Secret gets back the CA under which this process serves', () => {
  const verdict = judge(empty, { served: casOf(older) });
  expect(prints((verdict as Extract<Renewal, { kind: 'renew' }>).oldBundle)).toEqual(prints(casOf(older)));
});

test('a CA that has expired leaves the bundle, and the certificate stays', () => {
  const secret = secretOf(current, casOf(current, old));
  expect(judge(secret)).toMatchObject({ kind: 'keep', until: daysLater(1) });
  const verdict = judge(secret, { now: daysLater(1) }) as Extract<Renewal, { kind: 'rebundle' }>;
  expect(verdict).toMatchObject({ kind: 'rebundle', reason: 'a CA in it has expired' });
  expect(prints(verdict.bundle)).toEqual(prints(casOf(current)));
  const next = renewedSecret(secret, verdict, { hosts, lifeMs, now });
  expect(judge(next, { now: daysLater(1) })).toMatchObject({ kind: 'keep', set: { cert: current.cert } });
});

test('a CA that is not valid yet stays: perhaps it is our clock that is behind', () => {
  const later = make(daysLater(2));
  expect(judge(secretOf(current, casOf(current, later))).kind).toBe('keep');
});

test('a leaf whose CA ends first is renewed before the CA is over', () => {
  const ca = handmade({ extensions: 'ca', from: daysLater(-10), to: daysLater(20) });
  const { cert, key } = handmade({ signer: ca, hosts, from: daysLater(-10), to: daysLater(300) });
  const secret = withCertificate(empty, { cert, key }, readBundle(ca.cert)!);
  expect(judge(secret)).toMatchObject({ kind: 'keep', until: daysLater(10) });
  expect(judge(secret, { now: daysLater(10) })).toMatchObject({
    kind: 'renew',
    reason: 'two thirds of its life are over, the CA above it expires on 2026-12-10T12:00:00.000Z',
  });
});

test.each<[string, number | undefined, Renewal['kind']]>([
  ['the same life', lifeMs, 'keep'],
  ['a longer one', 2 * lifeMs, 'keep'],
  ['a shorter one', lifeMs - dayMs, 'renew'],
  ['none in particular', undefined, 'keep'],
])('asked for %s, its own certificate: %s', (_, asked, kind) => {
  const terms = asked === undefined ? {} : { lifeMs: asked };
  expect(judge(secretOf(make(new Date(now.getTime() - 1_234))), terms).kind).toBe(kind);
});

test('the CA under which this process serves is put back beside a certificate that is kept', () => {
  const verdict = judge(secretOf(current), { served: casOf(older) });
  expect(verdict).toMatchObject({
    kind: 'rebundle',
    reason: 'the CA that this replica serves under is missing in it',
  });
  expect(prints((verdict as Extract<Renewal, { kind: 'rebundle' }>).bundle)).toEqual(
    prints(casOf(current, older)),
  );
});

test('a Secret that is emptied for ever does not grow for ever', () => {
  let bundle: CaBundle = [];
  for (let times = 0; times < 40; times++) bundle = renewedBundle(casOf(make()), bundle);
  expect(bundle).toHaveLength(16);
  const full = secretOf(current, renewedBundle(casOf(current), bundle));
  // Nobody writes it again and again for one that does not find a place.
  expect(judge(full, { served: casOf(older) }).kind).toBe('keep');
});
