import { FakeClock } from '@podlag/core/testing';
import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import type { KubeApi } from './kube-api';
import { kubeApiWith } from './kube-api-with';
import { kubeErrors } from './kube-errors';
import { LeaderElection } from './leader-election';
import { leases, type Lease } from './resources/lease';
import { FakeKubeApi } from './testing';

const ref = { namespace: 'podlag-system', name: 'podlag-controller' };

/** One replica, and its own way to the API server. */
class Replica {
  readonly said: string[] = [];
  readonly terms: number[] = [];
  readonly problems: string[] = [];
  /** `away` answers with an error, `silent` never. */
  network: 'good' | 'away' | 'silent' = 'good';
  readonly election: LeaderElection;

  constructor(cluster: Cluster, identity: string) {
    const through = async <T>(call: () => Promise<T>): Promise<T> => {
      if (this.network === 'silent') return new Promise<never>(() => undefined);
      if (this.network === 'away') throw kubeErrors.error('kube-unavailable', 'connect ECONNREFUSED');
      return call();
    };
    const api: KubeApi = kubeApiWith(cluster.api, {
      get: (resource, at) => through(() => cluster.api.get(resource, at)),
      create: (resource, object) => through(() => cluster.api.create(resource, object)),
      replace: (resource, object) => through(() => cluster.api.replace(resource, object)),
    });
    this.election = new LeaderElection({
      ...{ api, lease: ref, identity, clock: cluster.clock, random: () => 1 },
      onStarted: (term) => {
        this.terms.push(term);
        this.said.push('started');
      },
      onStopped: (reason) => this.said.push(reason),
      onProblem: ({ message }) => this.problems.push(message),
    });
  }
}

class Cluster {
  readonly api = new FakeKubeApi();
  readonly clock = new FakeClock();
  readonly replicas: Replica[] = [];

  async join(identity: string): Promise<Replica> {
    const replica = new Replica(this, identity);
    this.replicas.push(replica);
    await this.quiet();
    return replica;
  }

  get lease(): Lease {
    return this.api.stored(leases, ref);
  }

  get leaders(): number {
    return this.replicas.filter(({ election }) => election.isLeader).length;
  }

  async quiet(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await turn();
    expect(this.leaders).toBeLessThanOrEqual(1);
  }

  /** Lets the time pass, with everything that is due in it, in its order. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    while ((this.clock.nextAt ?? Number.POSITIVE_INFINITY) <= end) {
      this.clock.advance(Math.max(0, (this.clock.nextAt ?? end) - this.clock.now()));
      await this.quiet();
    }
    this.clock.advance(end - this.clock.now());
    await this.quiet();
  }
}

let cluster: Cluster;
beforeEach(() => {
  cluster = new Cluster();
});

test('who is alone is leader at once, and the Lease says so to all who read it', async () => {
  const { election, said } = await cluster.join('a');
  expect(said).toEqual(['started']);
  expect(election.isLeader).toBe(true);
  expect(cluster.lease.spec).toEqual({
    ...{ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: election.term },
    ...{ acquireTime: '2026-11-20T12:00:00.000000Z', renewTime: '2026-11-20T12:00:00.000000Z' },
  });
});

test('in a process that has stood still it is no leader, whichever timer rings first', async () => {
  let isLeader: boolean | undefined;
  cluster.clock.after(10_000, () => (isLeader = cluster.replicas[0]?.election.isLeader));
  const replica = await cluster.join('a');
  replica.network = 'silent';
  cluster.clock.advance(10_000);
  expect(isLeader).toBe(false);
  expect(replica.said).toEqual(['started', 'unavailable']);
});

test('it renews every two seconds, and keeps its term', async () => {
  const { election, said, terms } = await cluster.join('a');
  await cluster.pass(60_000);
  expect(cluster.lease.spec).toMatchObject({
    acquireTime: '2026-11-20T12:00:00.000000Z',
    renewTime: '2026-11-20T12:01:00.000000Z',
    leaseTransitions: election.term,
  });
  expect({ said, terms }).toEqual({ said: ['started'], terms: [election.term] });
  const writes = cluster.api.calls.filter(({ verb }) => verb === 'update');
  expect(writes).toHaveLength(30);
  expect(cluster.api.calls.filter(({ verb }) => verb === 'get')).toHaveLength(1);
});

test('whoever comes second waits, for as long as the first goes on', async () => {
  await cluster.join('a');
  const second = await cluster.join('b');
  await cluster.pass(3_600_000);
  expect(second.said).toEqual([]);
  expect(cluster.lease.spec?.holderIdentity).toBe('a');
});

test('after a crash another is leader when the Lease has run out, not before, and its term is greater', async () => {
  const first = await cluster.join('a');
  const second = await cluster.join('b');
  first.network = 'silent';
  await cluster.pass(14_000);
  expect(second.said).toEqual([]);
  await cluster.pass(4_000);
  expect(second.said).toEqual(['started']);
  expect(second.terms[0]).toBe((first.terms[0] ?? 0) + 1);
});

test('who closes gives the Lease back, and the next is leader within a try', async () => {
  const first = await cluster.join('a');
  const second = await cluster.join('b');
  await first.election.close();
  expect(cluster.lease.spec).toMatchObject({ holderIdentity: '', leaseTransitions: first.election.term });
  await cluster.pass(2_000);
  expect(second.said).toEqual(['started']);
  expect(second.election.term).toBe((first.election.term ?? 0) + 1);
  expect(first.said).toEqual(['started']);
  expect(first.election.isLeader).toBe(false);
});

test('who closes while it waits leaves the Lease to its holder', async () => {
  await cluster.join('a');
  const second = await cluster.join('b');
  await second.election.close();
  await cluster.pass(60_000);
  expect(cluster.lease.spec?.holderIdentity).toBe('a');
  expect(second.said).toEqual([]);
});

test('while nobody reaches the API server there is no leader; afterwards it is the same one, with the same term', async () => {
  const first = await cluster.join('a');
  const second = await cluster.join('b');
  cluster.api.startOutage();
  await cluster.pass(9_999);
  expect(first.said).toEqual(['started']);
  await cluster.pass(1);
  expect(first.said).toEqual(['started', 'unavailable']);
  expect(first.election.isLeader).toBe(false);
  await cluster.pass(1_000);
  cluster.api.endOutage();
  await cluster.pass(2_000);
  expect(first.said).toEqual(['started', 'unavailable', 'started']);
  expect(new Set(first.terms).size).toBe(1);
  await cluster.pass(60_000);
  expect(second.said).toEqual([]);
  expect(first.problems).toContain('connect ECONNREFUSED');
});

test('who was cut off alone learns that it has been replaced as soon as it is back', async () => {
  const first = await cluster.join('a');
  const second = await cluster.join('b');
  first.network = 'away';
  await cluster.pass(60_000);
  expect(first.said).toEqual(['started', 'unavailable']);
  expect(second.said).toEqual(['started']);
  first.network = 'good';
  await cluster.pass(2_000);
  expect(first.said).toEqual(['started', 'unavailable', 'lost']);
  await cluster.pass(60_000);
  expect(second.said).toEqual(['started']);
});

test('who finds another in its place has lost, within a try, and is not told that the API server is away', async () => {
  const { said } = await cluster.join('a');
  cluster.api.edit(leases, ref, (lease) => ({
    ...lease,
    spec: { ...lease.spec, holderIdentity: 'z', leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + 1 },
  }));
  await cluster.pass(2_000);
  expect(said).toEqual(['started', 'lost']);
});

test('a later holder of the same name is another one', async () => {
  const { said, terms } = await cluster.join('a');
  cluster.api.edit(leases, ref, (lease) => ({
    ...lease,
    spec: { ...lease.spec, leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + 1 },
  }));
  await cluster.pass(2_000);
  expect(said).toEqual(['started', 'lost', 'started']);
  expect(terms[1]).toBe((terms[0] ?? 0) + 2);
});

test('somebody who puts a label on the Lease changes nothing', async () => {
  const { said, problems } = await cluster.join('a');
  cluster.api.edit(leases, ref, (lease) => ({
    ...lease,
    metadata: { ...lease.metadata, labels: { a: 'b' } },
  }));
  await cluster.pass(60_000);
  expect({ said, problems }).toEqual({ said: ['started'], problems: [] });
  expect(cluster.lease.metadata.labels).toEqual({ a: 'b' });
});

test.each([
  ['years behind', '2001-01-01T00:00:00.000000Z'],
  ['years ahead', '2099-01-01T00:00:00.000000Z'],
])('a holder whose clock is %s is judged by what is heard of it', async (_, renewTime) => {
  const spec = {
    holderIdentity: 'z',
    leaseDurationSeconds: 15,
    acquireTime: renewTime,
    leaseTransitions: 7,
  };
  cluster.api.seed(leases, { metadata: ref, spec: { ...spec, renewTime } });
  const { said, election } = await cluster.join('a');
  for (let renewal = 1; renewal < 10; renewal++) {
    await cluster.pass(10_000);
    const time = renewTime.replace('00.000000Z', `00.00000${renewal}Z`);
    cluster.api.seed(leases, { metadata: ref, spec: { ...spec, renewTime: time } });
  }
  expect(said).toEqual([]);
  await cluster.pass(19_000);
  expect(said).toEqual(['started']);
  expect(election.term).toBe(8);
});

test('a process that comes again under its name does not wait for itself, and begins a term of its own', async () => {
  const first = await cluster.join('a');
  // It is gone, without having been able to say so.
  cluster.replicas.length = 0;
  const again = await cluster.join('a');
  expect(again.terms).toEqual([(first.terms[0] ?? 0) + 1]);
});

test('a Lease that is deleted is lost and made anew, with a greater term', async () => {
  const { said, terms } = await cluster.join('a');
  cluster.api.remove(leases, ref);
  await cluster.pass(2_000);
  expect(said).toEqual(['started', 'lost', 'started']);
  expect(terms[1]).toBe((terms[0] ?? 0) + 1);
});

test('a Lease that is made after one that nobody remembers has a greater term than that', async () => {
  const first = await cluster.join('a');
  await first.election.close();
  cluster.api.remove(leases, ref);
  await cluster.pass(600_000);
  const { terms } = await cluster.join('b');
  expect(terms[0]).toBeGreaterThan(first.terms[0] ?? Number.NaN);
  // The controller multiplies it by 1e9.
  expect((terms[0] ?? Number.NaN) * 1e9).toBeLessThan(Number.MAX_SAFE_INTEGER / 2);
});

test('an empty Lease, as a manifest may bring it, is there to be taken', async () => {
  cluster.api.seed(leases, { metadata: ref });
  expect((await cluster.join('a')).said).toEqual(['started']);
});

test('a call that hangs is given up in time for another', async () => {
  const { said, problems } = await cluster.join('a');
  cluster.replicas[0]!.network = 'silent';
  await cluster.pass(7_500);
  expect(problems).toEqual([expect.stringMatching(/no answer within 5 s$/)]);
  cluster.replicas[0]!.network = 'good';
  await cluster.pass(60_000);
  expect(said).toEqual(['started']);
});

test('what an API server has done though nothing was heard of it is found', async () => {
  const { said } = await cluster.join('a');
  cluster.api.beforeNext(() => {
    const { lease } = cluster;
    cluster.api.seed(leases, {
      ...lease,
      spec: { ...lease.spec, renewTime: '2026-11-20T12:00:01.000000Z' },
    });
    throw kubeErrors.error('kube-unavailable', 'the connection was lost');
  }, 'update');
  await cluster.pass(60_000);
  expect(said).toEqual(['started']);
});

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'network'; readonly who: number; readonly is: Replica['network'] }
  | { readonly kind: 'leave'; readonly who: number };

const who = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(20_000) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('network' as const),
      who,
      is: fc.constantFrom('good' as const, 'away' as const, 'silent' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
);

test('whatever happens to three replicas, there are never two leaders, and no two have the same term', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      cluster = new Cluster();
      const all: Replica[] = [];
      for (const name of ['a', 'b', 'c']) all.push(await cluster.join(name));
      let joined = 0;
      for (const next of steps) {
        if (next.kind === 'pass') await cluster.pass(next.ms);
        if (next.kind === 'network') cluster.replicas[next.who]!.network = next.is;
        if (next.kind === 'leave') {
          void cluster.replicas[next.who]!.election.close();
          const replica = new Replica(cluster, `d${joined++}`);
          cluster.replicas[next.who] = replica;
          all.push(replica);
        }
        await cluster.quiet();
      }
      const terms = all.flatMap((replica) => [...new Set(replica.terms)]);
      expect(new Set(terms).size).toBe(terms.length);
      for (const replica of cluster.replicas) replica.network = 'good';
      await cluster.pass(60_000);
      expect(cluster.leaders).toBe(1);
      const leader = cluster.replicas.find(({ election }) => election.isLeader);
      expect(leader?.election.term).toBe(Math.max(...all.flatMap((replica) => replica.terms)));
    }),
    { numRuns: 100 },
  );
}, 60_000);
