import { asyncProperty, array, assert as check, nat, scheduler, type Scheduler } from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { CertificateCluster, dayMs, hosts } from '../../test/certificate-cluster';
import { delayedKubeApi } from '../../test/delayed-kube-api';
import type { CaBundle } from './ca-bundle';
import { newCertificate } from './new-certificate';

// Fifty runs of some thousand turns each, on a machine that may have other work.
jest.setTimeout(60_000);

const runs = { numRuns: 50 };
const settleMs = 5_000;

/**
 * What happens next: below 3000 one more thing on the network, above it the time goes on, by up to 2 s. Delays on the
 * network are without bound then, and in any order.
 */
const moves = array(nat(3_999), { minLength: 50, maxLength: 250 });

interface Published {
  readonly version: string | undefined;
  readonly since: number;
  readonly bundles: readonly CaBundle[];
}

/** Three replicas, each with its own slow line to one API server. */
class SlowCluster {
  readonly cluster = CertificateCluster.installed(1);
  /** What was published, and since when. */
  private history: readonly Published[] = [];

  constructor(private readonly network: Scheduler) {
    for (const line of ['A', 'B', 'C']) {
      this.cluster.start({ settleMs }, delayedKubeApi(this.cluster.api, network, line));
    }
  }

  async move(move: number): Promise<void> {
    if (move >= 3_000) this.cluster.clock.advance((move - 3_000) * 2);
    else if (this.network.count() > 0) await this.network.waitNext(1);
    await turn();
    this.remember();
  }

  /** Until everybody has heard of everything, and had the time to act on it. */
  async settle(everyMove: () => void = () => undefined): Promise<void> {
    for (let quiet = 0; quiet < 10; quiet = this.network.count() > 0 ? 0 : quiet + 1) {
      await this.move(this.network.count() > 0 ? 0 : 3_999);
      everyMove();
    }
  }

  /** Each bundle that an API server may still know: the present one, and those that are replaced for less than 5 s. */
  get trusted(): readonly CaBundle[] {
    const oldest = this.cluster.clock.now() - settleMs;
    return this.history
      .filter((_, index) => (this.history[index + 1]?.since ?? Number.POSITIVE_INFINITY) > oldest)
      .flatMap(({ bundles }) => bundles);
  }

  private remember(): void {
    const { version, published: bundles } = this.cluster;
    if (this.history.at(-1)?.version === version) return;
    this.history = [...this.history, { version, since: this.cluster.clock.now(), bundles }];
  }
}

function expectOneTruth({ cluster }: SlowCluster, authorities: number): void {
  const { cert, bundle } = cluster.set;
  expect(bundle).toHaveLength(authorities);
  const wanted = bundle.map(String).sort();
  for (const published of cluster.published) expect(published.map(String).sort()).toEqual(wanted);
  for (const { source } of cluster.replicas) {
    expect(source.current().cert).toBe(cert);
    expect([source.blocker(), source.caution()]).toEqual([undefined, undefined]);
  }
}

const renewals = ({ cluster }: SlowCluster): number =>
  cluster.replicas.flatMap(({ events }) => events.filter(({ kind }) => kind === 'renewed')).length;

test('three replicas that start at once agree on one CA, in whatever order things happen', async () => {
  await check(
    asyncProperty(scheduler(), moves, async (network, order) => {
      const slow = new SlowCluster(network);
      for (const move of order) await slow.move(move);
      await slow.settle();
      expect(renewals(slow)).toBe(1);
      // To be outpaced is no failure.
      for (const { log } of slow.cluster.replicas) expect(log.join('')).not.toContain('to be tried again');
      expectOneTruth(slow, 1);
    }),
    runs,
  );
});

test('through a renewal every API server, even one that is 5 s late, accepts what each replica serves', async () => {
  await check(
    asyncProperty(scheduler(), moves, async (network, order) => {
      const slow = new SlowCluster(network);
      await slow.settle();
      const { cert } = slow.cluster.set;
      slow.cluster.clock.advance(20 * dayMs);
      let checked = '';
      const expectAccepted = (): void => {
        const { replicas } = slow.cluster;
        const { trusted } = slow;
        const served = replicas.map(({ source }) => source.current().cert);
        const state = [...served, ...trusted.flatMap((bundle) => ['/', ...bundle])].join('');
        if (state === checked) return;
        checked = state;
        for (const replica of replicas) {
          expect(slow.cluster.isAccepted(replica, trusted)).toBe(true);
          expect(replica.source.blocker()).toBeUndefined();
        }
      };
      for (const move of order) {
        await slow.move(move);
        expectAccepted();
      }
      await slow.settle(expectAccepted);
      expect(slow.cluster.set.cert).not.toBe(cert);
      expectOneTruth(slow, 2);
    }),
    runs,
  );
});

test('whatever somebody does to the Secret and the webhooks, all is right again in the end', async () => {
  const stranger = newCertificate({ hosts, lifeMs: dayMs, now: new Date() });
  await check(
    asyncProperty(scheduler(), moves, array(nat(40), { maxLength: 5 }), async (network, order, troubles) => {
      const slow = new SlowCluster(network);
      const { cluster } = slow;
      for (const [index, move] of order.entries()) {
        await slow.move(move);
        if (troubles.includes(index)) cluster.empty();
        if (troubles.includes(index + 1)) cluster.publish(stranger.ca);
      }
      await slow.settle();
      for (let minutes = 0; minutes < 20; minutes++) {
        cluster.clock.advance(60_000);
        await slow.settle();
      }
      const { bundle } = cluster.set;
      expectOneTruth(slow, bundle.length);
    }),
    runs,
  );
});
