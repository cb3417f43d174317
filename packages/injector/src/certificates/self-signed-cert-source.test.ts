import { kubeErrors, mutatingWebhookConfigurations, secrets, type Secret } from '@podlag/kube';
import {
  CertificateCluster,
  configurationRef,
  dayMs,
  emptyConfiguration,
  emptySecret,
  hosts,
  secretRef,
  type Replica,
} from '../../test/certificate-cluster';
import { deafKubeApi, heldKubeApi } from '../../test/delayed-kube-api';
import { foreignCertificate, handmade, rsa1024 } from '../../test/handmade-certificate';
import type { ServingCertificate } from '../cert-source';
import { readBundle } from './ca-bundle';
import { withCertificate } from './cert-secret';
import { newCertificate } from './new-certificate';

const installed = (): CertificateCluster => CertificateCluster.installed();
const eventsOf = ({ events }: Replica): string[] => events.map(({ kind }) => kind);
const stranger = foreignCertificate(hosts, new Date('2029-01-01T00:00:00Z'));

/** A cluster in which so many replicas have served for an hour. */
async function settled(replicas = 1): Promise<CertificateCluster> {
  const cluster = installed();
  for (let count = 0; count < replicas; count++) cluster.start();
  await cluster.pass(3_600_000);
  for (const { source } of cluster.replicas) {
    expect([source.blocker(), source.caution()]).toEqual([undefined, undefined]);
  }
  return cluster;
}

describe('the start', () => {
  test('there is a certificate to listen with at once, and word that it is not the one', () => {
    const { source } = installed().start();
    expect(source.current().cert).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(source.blocker()).toBe(
      'no certificate yet: Secret podlag-system/podlag-injector-certs has not been read yet',
    );
  });

  test('the empty Secret is filled, its CA is published, and its certificate is served', async () => {
    const cluster = installed();
    const replica = cluster.start();
    const changes: ServingCertificate[] = [];
    replica.source.onChange((certificate) => changes.push(certificate));
    await cluster.quiet();
    const { cert, key, bundle } = cluster.set;
    const notAfter = new Date(cluster.clock.now() + 30 * dayMs);
    expect(changes).toEqual([expect.objectContaining({ cert, key, notAfter })]);
    expect(replica.source.current()).toMatchObject({ cert, key, notAfter });
    expect(cluster.published.map((cas) => cas.map(String))).toEqual(
      [bundle, bundle].map((b) => b.map(String)),
    );
    expect(eventsOf(replica)).toEqual(['renewed', 'serving', 'published']);
    expect([replica.source.blocker(), replica.source.caution()]).toEqual([undefined, undefined]);
  });

  test('no key is ever logged', async () => {
    const cluster = installed();
    const { log } = cluster.start();
    await cluster.quiet();
    expect(log.join('')).toContain('certificates: renewed');
    expect(log.join('')).not.toMatch(/PRIVATE|BEGIN/);
  });

  test('the labels, the type and the other data of the Secret stay', async () => {
    const cluster = installed();
    cluster.api.seed(secrets, {
      ...emptySecret,
      metadata: { ...secretRef, labels: { a: 'b' } },
      type: 'Opaque',
      data: { more: 'bW9yZQ==' },
    });
    cluster.start();
    await cluster.quiet();
    expect(cluster.secret).toMatchObject({
      metadata: { labels: { a: 'b' } },
      type: 'Opaque',
      data: { more: 'bW9yZQ==' },
    });
    expect(cluster.set.cert).toBeTruthy();
  });

  test('a good Secret is taken as it is', async () => {
    const cluster = await settled();
    const before = cluster.secret;
    const replica = cluster.start();
    await cluster.quiet();
    expect(cluster.secret).toEqual(before);
    expect(eventsOf(replica)).toEqual(['serving']);
  });

  test('a Secret that is missing is not made: somebody is told what to do, and it goes on when that is done', async () => {
    const cluster = installed();
    cluster.api.remove(secrets, secretRef);
    const { source, log } = cluster.start();
    await cluster.pass(60_000);
    expect(cluster.api.calls.filter(({ verb }) => verb === 'create')).toEqual([]);
    expect(log.join('')).not.toContain('to be tried again');
    expect(source.blocker()).toBe(
      'no certificate yet: there is no Secret podlag-system/podlag-injector-certs: apply deploy/, which brings it',
    );
    cluster.empty();
    await cluster.quiet();
    expect(source.blocker()).toBeUndefined();
  });
});

const week = 7 * dayMs;
const from = new Date('2026-11-20T12:00:00Z');
const other = newCertificate({ hosts, lifeMs: week, now: from });
test.each<[string, Partial<typeof other>, string]>([
  ['no PEM', { cert: 'x' }, 'tls.crt: is not a PEM certificate'],
  ['a broken key', { key: 'x' }, 'tls.key: is not a PEM private key'],
  ['the key of another', { key: stranger.key }, 'tls.key: is not the key of'],
  ['a CA of another', { ca: stranger.ca }, 'tls.crt: is not signed by a CA in ca.crt'],
  [
    'an expired leaf',
    newCertificate({ hosts, lifeMs: week, now: new Date('2026-11-01T12:00:00Z') }),
    'expired on 2026-11-08',
  ],
  [
    'a leaf of tomorrow',
    newCertificate({ hosts, lifeMs: week, now: new Date('2026-11-21T12:00:00Z') }),
    'is not valid before',
  ],
  ['other hosts', newCertificate({ hosts: ['a'], lifeMs: week, now: from }), 'is for DNS:a, not for'],
  ['a leaf that OpenSSL does not load', weak(), 'tls.crt: OpenSSL does not load it: '],
  [
    'a good leaf before a broken certificate',
    { cert: `${other.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n` },
    'tls.crt: a certificate after the first is broken',
  ],
])('%s in the Secret is replaced, and it says so', async (_, broken, reason) => {
  const cluster = installed();
  const parts = { ...other, ...broken };
  cluster.api.seed(secrets, withCertificate(cluster.secret, parts, readBundle(parts.ca)!));
  const replica = cluster.start();
  await cluster.quiet();
  expect(cluster.set.cert).not.toBe(parts.cert);
  expect(replica.events[0]).toEqual({ kind: 'renewed', reason: expect.stringContaining(reason) });
  expect(cluster.isAccepted(replica)).toBe(true);
});

describe('a renewal', () => {
  test('comes at two thirds of the life, and the old certificate is served until the new CA has settled', async () => {
    const cluster = await settled();
    const [{ source }] = cluster.replicas as [Replica];
    const before = cluster.set;
    await cluster.pass(20 * dayMs - 2 * 3_600_000);
    expect(cluster.set.cert).toBe(before.cert);
    await cluster.pass(30 * 60_000);
    const after = cluster.set;
    expect(after.cert).toBe(before.cert);
    let serving = source.current();
    source.onChange((certificate) => (serving = certificate));
    while (cluster.set.cert === before.cert) await cluster.pass(1_000);
    expect(cluster.set.bundle.slice(1).map(String)).toEqual(before.bundle.map(String));
    expect(cluster.published[0]).toHaveLength(2);
    expect(serving.cert).toBe(before.cert);
    await cluster.pass(3_000);
    expect(serving.cert).toBe(before.cert);
    await cluster.pass(2_000);
    expect(serving.cert).toBe(cluster.set.cert);
    expect(source.blocker()).toBeUndefined();
  });

  test('that was written but not published is published by whoever comes next', async () => {
    const cluster = await settled();
    const [{ source }] = cluster.replicas as [Replica];
    source.close();
    const before = cluster.published[0]!;
    cluster.api.seed(
      secrets,
      withCertificate(cluster.secret, stranger, [...readBundle(stranger.ca)!, ...before]),
    );
    const next = cluster.start();
    await cluster.quiet();
    expect(cluster.published[0]).toHaveLength(2);
    expect(cluster.isAccepted(next)).toBe(true);
  });

  test('old CAs leave the Secret and the webhooks when they expire', async () => {
    const cluster = await settled();
    await cluster.pass(21 * dayMs);
    expect(cluster.published.map((cas) => cas.length)).toEqual([2, 2]);
    await cluster.pass(9 * dayMs);
    expect(cluster.set.bundle).toHaveLength(1);
    expect(cluster.published.map((cas) => cas.length)).toEqual([1, 1]);
    expect(cluster.isAccepted(cluster.replicas[0]!)).toBe(true);
  });

  test('goes on for years, with at most two CAs, and never a moment that is not ready', async () => {
    const cluster = await settled(3);
    for (let days = 0; days < 400; days += 5) {
      await cluster.pass(5 * dayMs);
      for (const replica of cluster.replicas) {
        expect(replica.source.blocker()).toBeUndefined();
        expect(cluster.isAccepted(replica)).toBe(true);
      }
      expect(cluster.set.bundle.length).toBeLessThanOrEqual(2);
    }
    const renewals = cluster.replicas.flatMap(eventsOf).filter((kind) => kind === 'renewed');
    expect(renewals).toHaveLength(21);
  });

  test('a Secret that is emptied gets a new certificate, and the old one stays accepted', async () => {
    const cluster = await settled(3);
    const before = cluster.set;
    cluster.empty();
    await cluster.quiet();
    expect(cluster.set.cert).not.toBe(before.cert);
    expect(cluster.set.bundle.slice(1).map(String)).toEqual(before.bundle.map(String));
    for (const { source } of cluster.replicas) expect(source.current().cert).toBe(before.cert);
    expect(cluster.replicas.every((replica) => cluster.isAccepted(replica))).toBe(true);
    await cluster.pass(6_000);
    for (const { source } of cluster.replicas) expect(source.current().cert).toBe(cluster.set.cert);
  });

  test('a Secret that is deleted while running is asked for, and filled as soon as it is there', async () => {
    const cluster = await settled(3);
    cluster.api.remove(secrets, secretRef);
    await cluster.pass(dayMs);
    for (const replica of cluster.replicas) {
      expect(replica.source.blocker()).toBeUndefined();
      expect(replica.source.caution()).toBe(
        'there is no Secret podlag-system/podlag-injector-certs: apply deploy/, which brings it',
      );
      expect(cluster.isAccepted(replica)).toBe(true);
    }
    cluster.empty();
    await cluster.pass(10_000);
    expect(cluster.set.bundle).toHaveLength(2);
    expect(cluster.replicas.every((replica) => cluster.isAccepted(replica))).toBe(true);
  });

  test('a certificate from another hand is taken over, with the old CA for as long as it is served', async () => {
    const cluster = await settled();
    const [replica] = cluster.replicas as [Replica];
    const before = cluster.set;
    cluster.api.seed(secrets, withCertificate(cluster.secret, stranger, readBundle(stranger.ca)!));
    await cluster.quiet();
    expect(replica.source.current().cert).toBe(before.cert);
    expect(cluster.isAccepted(replica)).toBe(true);
    await cluster.pass(6_000);
    expect(replica.source.current().cert).toBe(stranger.cert);
    expect(cluster.isAccepted(replica)).toBe(true);
  });

  test('a Secret that is emptied for ever is filled less and less often', async () => {
    const cluster = await settled();
    const [replica] = cluster.replicas as [Replica];
    const renewals = (): number => eventsOf(replica).filter((kind) => kind === 'renewed').length;
    const before = renewals();
    for (let seconds = 0; seconds < 600; seconds++) {
      cluster.empty();
      await cluster.pass(1_000);
    }
    expect(renewals() - before).toBeGreaterThan(5);
    expect(renewals() - before).toBeLessThan(20);
    expect(replica.source.caution()).toContain('podlag-injector-certs: it is empty');
    await cluster.pass(120_000);
    expect(replica.source.caution()).toBe(
      `Secret podlag-system/podlag-injector-certs: somebody else has written it ${renewals() - before} times; ` +
        'find it with --show-managed-fields',
    );
    expect(cluster.isAccepted(replica)).toBe(true);
    await cluster.pass(660_000);
    expect(replica.source.caution()).toBeUndefined();
  });

  test('an old Secret that somebody holds on to is written over less and less often, and all stays accepted', async () => {
    const cluster = await settled(3);
    const old = cluster.secret;
    await cluster.pass(21 * dayMs);
    const writes = (): number => cluster.replicas.flatMap(eventsOf).filter(isWrite).length;
    const before = writes();
    let restored = 0;
    for (let hundredths = 0; hundredths < 1_000; hundredths++) {
      if (cluster.secret.data?.['tls.crt'] !== old.data?.['tls.crt']) restored++;
      cluster.api.seed(secrets, old);
      await cluster.pass(10);
      for (const replica of cluster.replicas) expect(cluster.isAccepted(replica)).toBe(true);
    }
    expect(restored).toBeGreaterThan(5);
    expect(writes() - before).toBeLessThan(40);
    expect(cluster.replicas[0]!.source.caution()).toContain('somebody else has written it');
    await cluster.pass(700_000);
    for (const { source } of cluster.replicas) {
      expect([source.blocker(), source.caution()]).toEqual([undefined, undefined]);
    }
  });

  test.each<[string, (cluster: CertificateCluster, first: Secret) => void]>([
    ['empties it', (cluster) => cluster.empty()],
    ['puts an old one back', ({ api }, first) => api.seed(secrets, first)],
  ])('that waits since somebody %s over and over takes nothing from the webhooks', async (_, spoil) => {
    const cluster = await settled();
    const first = cluster.secret;
    await cluster.pass(21 * dayMs);
    for (let times = 0; times < 2; times++) {
      spoil(cluster, first);
      await cluster.quiet();
    }
    const known = cluster.published[0]!;
    const [another] = readBundle(stranger.ca)!;
    cluster.publish([...known, another!].join(''));
    await cluster.quiet();
    expect(cluster.published[0]!.map(String)).toContain(String(another));
    cluster.publish('');
    await cluster.quiet();
    expect(cluster.isAccepted(cluster.replicas[0]!)).toBe(true);
    await cluster.pass(10_000);
    expect(cluster.published[0]!.map(String).sort()).toEqual(cluster.set.bundle.map(String).sort());
  });

  test('of a short life is in time even when somebody empties the Secret for ever', async () => {
    const cluster = installed();
    const { source } = cluster.start({ certificateLifeMs: 60_000, settleMs: 1_000 });
    await cluster.pass(10_000);
    for (let seconds = 0; seconds < 900; seconds++) {
      await cluster.pass(1_000);
      cluster.empty();
      expect(source.blocker()).toBeUndefined();
      // API servers need as long to hear of the next CA.
      expect(source.current().notAfter.getTime() - cluster.clock.now()).toBeGreaterThan(5_000);
    }
  });

  test('of a short life is never slowed', async () => {
    const cluster = installed();
    const replica = cluster.start({ certificateLifeMs: 60_000, settleMs: 1_000 });
    await cluster.pass(10_000);
    for (let seconds = 0; seconds < 900; seconds++) {
      await cluster.pass(1_000);
      expect([replica.source.blocker(), replica.source.caution()]).toEqual([undefined, undefined]);
    }
    // Every 44 s: two thirds of 66.
    expect(eventsOf(replica).filter((kind) => kind === 'renewed').length).toBeGreaterThan(17);
  });

  test('comes at once when a shorter life is asked for, and not for a certificate of another hand', async () => {
    const cluster = await settled();
    cluster.replicas[0]!.source.close();
    const { cert } = cluster.set;
    const longer = cluster.start({ certificateLifeMs: 90 * dayMs });
    await cluster.quiet();
    expect(cluster.set.cert).toBe(cert);
    longer.source.close();
    const shorter = cluster.start({ certificateLifeMs: dayMs });
    await cluster.pass(dayMs / 2);
    expect(shorter.events[0]).toEqual({
      kind: 'renewed',
      reason: 'it was made for longer than certificates are to live now, until 2026-12-20T12:00:00.000Z',
    });
    expect(eventsOf(shorter).filter(isWrite)).toHaveLength(1);
    cluster.api.seed(secrets, withCertificate(cluster.secret, stranger, readBundle(stranger.ca)!));
    await cluster.pass(60_000);
    expect(cluster.set.cert).toBe(stranger.cert);
  });
});

test('a replica whose clock is two hours behind leaves the certificate of another as it is', async () => {
  const cluster = installed();
  cluster.start();
  await cluster.quiet();
  const before = cluster.secret;
  const { clock } = cluster;
  const behind = {
    now: () => clock.now() - 2 * 3_600_000,
    after: (ms: number, run: () => void) => clock.after(ms, run),
  };
  const { source, events } = cluster.start({ clock: behind });
  await cluster.pass(60_000);
  expect(cluster.secret).toEqual(before);
  expect(events.map(({ kind }) => kind)).toEqual(['serving']);
  expect(source.blocker()).toBeUndefined();
});

describe('a listener that throws', () => {
  test('is told again later, and until then the old certificate counts as served', async () => {
    const cluster = installed();
    const { source, events } = cluster.start();
    let isBroken = true;
    source.onChange(() => {
      if (isBroken) throw new Error('cannot take it');
    });
    await cluster.quiet();
    expect(source.blocker()).toBe('no certificate yet: cannot take it');
    expect(events.map(({ kind }) => kind)).toEqual(['renewed', 'published']);
    isBroken = false;
    await cluster.pass(60_000);
    expect(source.blocker()).toBeUndefined();
    expect(source.current().cert).toBe(cluster.set.cert);
    isBroken = true;
    await cluster.pass(21 * dayMs);
    expect(source.caution()).toBe('cannot take it');
    expect(cluster.isAccepted(cluster.replicas[0]!)).toBe(true);
    isBroken = false;
    await cluster.pass(600_000);
    expect(source.current().cert).toBe(cluster.set.cert);
    expect(source.caution()).toBeUndefined();
  });
});

describe('a replica that hears late', () => {
  const renewed = (cluster: CertificateCluster): void => {
    cluster.api.seed(
      secrets,
      withCertificate(cluster.secret, stranger, [...readBundle(stranger.ca)!, ...cluster.set.bundle]),
    );
    cluster.publish(cluster.set.bundle.map(String).join(''));
  };

  test('of the Secret does not take back what another has published', async () => {
    const cluster = installed();
    const { source } = cluster.start({}, deafKubeApi(cluster.api, 'Secret'));
    await cluster.pass(3_600_000);
    renewed(cluster);
    const before = cluster.version;
    await cluster.quiet();
    expect(cluster.version).toBe(before);
    await cluster.pass(6_000);
    expect(source.current().cert).toBe(stranger.cert);
  });

  test('of the Secret in the answer to a question does not take it back either', async () => {
    const cluster = installed();
    let answer: Promise<unknown> = Promise.resolve();
    cluster.start(
      {},
      heldKubeApi(cluster.api, () => answer),
    );
    await cluster.pass(3_600_000);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    answer = promise;
    cluster.publish('');
    await cluster.quiet();
    renewed(cluster);
    const before = cluster.version;
    await cluster.quiet();
    resolve(undefined);
    await cluster.quiet();
    expect(cluster.version).toBe(before);
  });

  test('of the webhooks does not trust its own word that the new CA is published', async () => {
    const cluster = installed();
    const { source, events } = cluster.start({}, deafKubeApi(cluster.api, 'MutatingWebhookConfiguration'));
    await cluster.quiet();
    const { cert } = source.current();
    await cluster.pass(21 * dayMs);
    expect(events.map(({ kind }) => kind)).toEqual([
      'renewed',
      'serving',
      'published',
      'renewed',
      'published',
    ]);
    expect(source.current().cert).toBe(cert);
    await cluster.pass(9 * dayMs);
    expect(source.current().cert).toBe(cluster.set.cert);
  });
});

describe('the caBundle', () => {
  test.each<[string, string]>([
    ['another CA', stranger.ca],
    ['nothing', ''],
    ['no certificate', 'x'],
  ])('that somebody makes %s is put back', async (_, text) => {
    const cluster = await settled();
    const [replica] = cluster.replicas as [Replica];
    cluster.publish(text);
    expect(cluster.isAccepted(replica)).toBe(false);
    await cluster.quiet();
    expect(cluster.isAccepted(replica)).toBe(true);
    expect(eventsOf(replica).at(-1)).toBe('repaired');
    expect(replica.source.blocker()).toBeUndefined();
  });

  test('is put back in one write, though three replicas see it', async () => {
    const cluster = await settled(3);
    const before = cluster.version;
    cluster.publish(stranger.ca);
    await cluster.quiet();
    const repairs = cluster.replicas.flatMap(eventsOf).filter((kind) => kind === 'repaired');
    expect(repairs).toHaveLength(1);
    expect(Number(cluster.version) - Number(before)).toBe(2);
  });

  test('that somebody writes for ever is put back less and less often, and it says so', async () => {
    const cluster = await settled();
    const [replica] = cluster.replicas as [Replica];
    for (let seconds = 0; seconds < 600; seconds++) {
      cluster.publish(stranger.ca);
      await cluster.pass(1_000);
    }
    const repairs = eventsOf(replica).filter((kind) => kind === 'repaired').length;
    expect(repairs).toBeGreaterThan(5);
    expect(repairs).toBeLessThan(20);
    expect(replica.source.caution()).toContain(`somebody else has written another caBundle ${repairs} times`);
    expect(replica.source.blocker()).toBe(
      'the caBundle of w0.podlag.io in MutatingWebhookConfiguration podlag-injector does not vouch for it',
    );
    await cluster.pass(60_000);
    expect(replica.source.blocker()).toBeUndefined();
    await cluster.pass(660_000);
    expect(replica.source.caution()).toBeUndefined();
  });

  test('that is written otherwise, but means the same, is left alone', async () => {
    const cluster = await settled();
    const calls = cluster.api.calls.length;
    cluster.publish(`# by hand\n${cluster.set.bundle.map(String).join('\n')}\n`);
    await cluster.quiet();
    expect(cluster.api.calls).toHaveLength(calls);
  });

  test('a configuration that is missing is a caution, and gets the bundle when it comes', async () => {
    const cluster = new CertificateCluster();
    cluster.api.seed(secrets, emptySecret);
    const replica = cluster.start();
    await cluster.quiet();
    expect(replica.source.blocker()).toBeUndefined();
    expect(replica.source.caution()).toBe(
      'there is no MutatingWebhookConfiguration podlag-injector with a webhook for Service podlag-system/podlag-injector,' +
        ' so no API server calls: apply deploy/, which brings it',
    );
    cluster.api.seed(mutatingWebhookConfigurations, emptyConfiguration(2));
    await cluster.quiet();
    expect(replica.source.caution()).toBeUndefined();
    expect(cluster.isAccepted(replica)).toBe(true);
  });

  test('a webhook that is added gets it too', async () => {
    const cluster = await settled();
    cluster.api.edit(mutatingWebhookConfigurations, configurationRef, (configuration) => ({
      ...configuration,
      webhooks: [
        ...configuration.webhooks!,
        { ...emptyConfiguration(1).webhooks![0]!, name: 'w2.podlag.io' },
      ],
    }));
    await cluster.quiet();
    expect(cluster.published).toHaveLength(3);
    expect(cluster.isAccepted(cluster.replicas[0]!)).toBe(true);
  });
});

describe('a webhook of the configuration that calls something else', () => {
  const [ours] = emptyConfiguration(1).webhooks!;
  const theirs = {
    name: 'other.example.com',
    clientConfig: { service: { name: 'other', namespace: 'default' }, caBundle: 'dGhlaXJz' },
  };
  const byUrl = { name: 'url.example.com', clientConfig: { url: 'https://localhost/mutate' } };

  test('keeps its own caBundle, and stands in nobody’s way', async () => {
    const cluster = installed();
    const metadata = configurationRef;
    cluster.api.seed(mutatingWebhookConfigurations, { metadata, webhooks: [theirs, ours!, byUrl] });
    const { source } = cluster.start();
    await cluster.pass(21 * dayMs);
    const { webhooks } = cluster.api.stored(mutatingWebhookConfigurations, configurationRef);
    expect(webhooks).toMatchObject([theirs, { name: ours!.name }, byUrl]);
    expect(webhooks![2]).toEqual(byUrl);
    expect(cluster.published[1]).toHaveLength(2);
    expect(source.current().cert).toBe(cluster.set.cert);
    expect([source.blocker(), source.caution()]).toEqual([undefined, undefined]);
  });

  test('is as good as none when it is the only one', async () => {
    const cluster = installed();
    cluster.api.seed(mutatingWebhookConfigurations, { metadata: configurationRef, webhooks: [theirs] });
    const { source } = cluster.start();
    await cluster.quiet();
    expect(source.blocker()).toBeUndefined();
    expect(source.caution()).toContain('with a webhook for Service podlag-system/podlag-injector');
  });
});

describe('an API server that does not answer', () => {
  test('stops nothing; it is said since when; and what was missed is made up for', async () => {
    const cluster = await settled();
    const [replica] = cluster.replicas as [Replica];
    const { cert } = replica.source.current();
    cluster.api.startOutage();
    await cluster.quiet();
    expect(replica.source.caution()).toBe(
      ['Secret podlag-system/podlag-injector-certs', 'MutatingWebhookConfiguration podlag-injector']
        .map((label) => `${label}: nothing heard since 2026-11-20T13:00:00.000Z: connect ECONNREFUSED`)
        .join('; '),
    );
    await cluster.pass(21 * dayMs);
    expect(replica.source.blocker()).toBeUndefined();
    expect(replica.source.current().cert).toBe(cert);
    cluster.publish(stranger.ca);
    cluster.api.endOutage();
    await cluster.pass(60_000);
    expect(replica.source.current().cert).not.toBe(cert);
    expect(cluster.isAccepted(replica)).toBe(true);
    expect([replica.source.blocker(), replica.source.caution()]).toEqual([undefined, undefined]);
  });

  test('for longer than the certificate lives makes the replica not ready, until it answers', async () => {
    const cluster = installed();
    const replica = cluster.start({ certificateLifeMs: dayMs });
    await cluster.quiet();
    cluster.api.startOutage();
    await cluster.pass(dayMs);
    expect(replica.source.blocker()).toBe('expired on 2026-11-21T12:00:00.000Z');
    cluster.api.endOutage();
    await cluster.pass(60_000);
    expect(replica.source.blocker()).toBeUndefined();
    expect(cluster.isAccepted(replica)).toBe(true);
  });

  test('is not asked in a hot loop', async () => {
    const cluster = await settled();
    cluster.api.startOutage();
    const before = cluster.api.calls.length;
    await cluster.pass(21 * dayMs);
    // A renewal is due for a day, and tried every two and a half minutes: five, less what chance takes off.
    expect(cluster.api.calls.length - before).toBeGreaterThan(500);
    expect(cluster.api.calls.length - before).toBeLessThan(700);
  });

  test('at the start leaves the reason beside the blocker', async () => {
    const cluster = installed();
    cluster.api.startOutage();
    const { source } = cluster.start();
    await cluster.quiet();
    expect(source.blocker()).toMatch(
      /^no certificate yet: .* has not been read yet \(.*connect ECONNREFUSED\)$/,
    );
    cluster.api.endOutage();
    await cluster.quiet();
    expect(source.blocker()).toBeUndefined();
  });
});

test('what RBAC forbids is a caution with its own words, and is tried again', async () => {
  const cluster = installed();
  forbid(cluster, 'patch');
  const { source } = cluster.start();
  await cluster.quiet();
  expect(source.caution()).toBe('may not patch it');
  expect(source.blocker()).toContain('does not vouch for it (may not patch it)');
  await cluster.pass(60_000);
  expect([source.blocker(), source.caution()]).toEqual([undefined, undefined]);
});

test('after close nothing is watched, and nothing is served anew', async () => {
  const cluster = await settled();
  const [{ source }] = cluster.replicas as [Replica];
  const { cert } = source.current();
  source.close();
  expect(cluster.api.openWatches).toBe(0);
  await cluster.pass(25 * dayMs);
  expect(source.current().cert).toBe(cert);
  expect(cluster.clock.nextAt).toBeUndefined();
});

function weak(): Partial<typeof other> {
  const ca = handmade({ extensions: 'ca' });
  const { cert, key } = handmade({ signer: ca, hosts, keys: rsa1024() });
  return { ca: ca.cert, cert, key };
}

function isWrite(kind: string): boolean {
  return kind === 'renewed' || kind === 'rebundled';
}

/** The next few times. */
function forbid({ api }: CertificateCluster, verb: 'patch'): void {
  for (let times = 0; times < 5; times++) {
    api.failNext(kubeErrors.error('kube-forbidden', `may not ${verb} it`), verb);
  }
}
