import { parseFault, type Fault } from '@podlag/core';
import { faultKinds, makeTree, type QdiscDriver, type QdiscTree } from '@podlag/netem';
import { randomChanges } from './random-changes';

/** A driver and a device that nobody else touches. */
export interface DriverUnderTest {
  readonly driver: QdiscDriver;
  readonly device: string;
}

const exemptions: QdiscTree['exemptions'] = [
  {
    protocol: 'tcp',
    peers: undefined,
    localPorts: [{ first: 2332, last: 2332 }],
    peerPorts: undefined,
  },
];

/** The faults of these documents, in this order. */
export function faultsFor(documents: readonly Record<string, unknown>[]): readonly Fault[] {
  return documents.map(({ name, ...document }, index) =>
    parseFault(document, typeof name === 'string' ? name : `fault-${index}`),
  );
}

/** The tree for these fault documents; none: one that shapes nothing. */
export function treeFor(device: string, ...documents: Record<string, unknown>[]): QdiscTree {
  return makeTree({ device, exemptions, faults: faultsFor(documents) });
}

/** The tree that comes after another: classes go on where they can. */
export function treeAfter(previous: QdiscTree, ...documents: Record<string, unknown>[]): QdiscTree {
  const { device } = previous;
  return makeTree({ device, exemptions, faults: faultsFor(documents), previous });
}

const everyKind: readonly Record<string, unknown>[] = [
  { delay: { time: '20ms' } },
  { delay: { time: '0.25ms' } },
  { delay: { time: '20ms', jitter: '5ms', correlation: '25%', distribution: 'normal' } },
  { loss: { ratio: '10%', correlation: '5%' } },
  { loss: { gemodel: { p: '1%', r: '10%' } } },
  { loss: { state: { p13: '1%' } } },
  { duplicate: { ratio: '1%' } },
  { corrupt: { ratio: '0.1%' } },
  { delay: { time: '10ms' }, reorder: { ratio: '25%', gap: 5 } },
  { rate: '10mbit' },
  { partition: true },
];

/** What can be done to packets on the kernel under test. */
export type Effects = 'all' | 'without netem';

interface Repertoire {
  readonly kinds: readonly Record<string, unknown>[];
  /** One fault for each number. */
  readonly one: (index: number) => Record<string, unknown>;
  /** The same document with what can be done here. */
  readonly adapted: (document: Record<string, unknown>) => Record<string, unknown>;
}

const repertoires: Readonly<Record<Effects, Repertoire>> = {
  all: {
    kinds: everyKind,
    one: (index) => ({ delay: { time: `${index}ms` } }),
    adapted: (document) => document,
  },
  'without netem': {
    kinds: [{ loss: { ratio: '10%' } }, { rate: '10mbit' }, { rate: '1234567bit' }, { partition: true }],
    one: (index) => ({ loss: { ratio: `${index}%` } }),
    adapted: ({ delay, corrupt, ...rest }) =>
      delay === undefined && corrupt === undefined ? rest : { ...rest, loss: { ratio: '7%' } },
  },
};

const everyTarget: readonly (readonly [string, Record<string, unknown>])[] = [
  ['a host', { to: [{ cidr: '10.1.2.3' }] }],
  ['two hosts of one bucket', { to: [{ cidr: '10.1.2.3' }, { cidr: '10.7.2.3' }] }],
  ['a block', { to: [{ cidr: '10.1.0.0/16' }] }],
  ['a wide block', { to: [{ cidr: '128.0.0.0/1' }] }],
  ['all of IPv4', { to: [{ cidr: '0.0.0.0/0' }] }],
  ['an IPv6 host', { to: [{ cidr: 'fd00::1' }] }],
  ['IPv6 blocks', { to: [{ cidr: 'fd00:1::/32' }, { cidr: 'fd00:2::/61' }, { cidr: '::/3' }] }],
  ['all of IPv6', { to: [{ cidr: '::/0' }] }],
  ['a port of everybody', { to: [{ ports: [2379] }] }],
  ['a port range of a host', { to: [{ cidr: '10.1.2.3', ports: ['20160-20180'], protocol: 'tcp' }] }],
  ['a protocol', { to: [{ protocol: 'icmp' }] }],
  ['a protocol of an IPv6 host', { to: [{ cidr: 'fd00::1', protocol: 'udp' }] }],
  ['everybody but a block', { except: [{ cidr: '10.96.0.0/12' }, { cidr: 'fd00::/8' }] }],
  ['a block but a port', { to: [{ cidr: '10.1.0.0/16' }], except: [{ ports: [22], protocol: 'tcp' }] }],
  ['what comes', { direction: 'ingress' }],
  ['what comes from a block', { direction: 'ingress', to: [{ cidr: '10.1.0.0/16', ports: [53] }] }],
  ['both ways', { direction: 'both', to: [{ cidr: '10.1.2.3' }] }],
];

/** What every QdiscDriver does, whatever it stands on. The contract is in driver.ts. */
export function describeDriver(
  name: string,
  underTest: () => DriverUnderTest,
  effects: Effects = 'all',
): void {
  const { kinds, one, adapted } = repertoires[effects];
  const slow = one(20);
  describe(`${name} is a QdiscDriver`, () => {
    const tree = (...documents: Record<string, unknown>[]): QdiscTree =>
      treeFor(underTest().device, ...documents);
    const differences = async (asked: QdiscTree) => (await underTest().driver.read(asked)).differences;
    const isShaping = async (): Promise<boolean> => (await differences(tree())).length > 0;

    afterEach(async () => {
      await underTest().driver.apply(tree());
      await underTest().driver.tidy(tree(), true);
    });

    test.each(kinds)(
      '%j is in force when apply resolves, and applying it again is no change',
      async (document) => {
        const { driver } = underTest();
        const { commands, decisive } = await driver.apply(tree(document));
        expect(commands).toContain(decisive);
        expect(await isShaping()).toBe(true);
        expect(await differences(tree(document))).toEqual([]);
        expect(await driver.apply(tree(document))).toMatchObject({ commands: [], decisive: undefined });
      },
    );

    test.each(everyTarget)(
      'a fault of %s is in force, and applying it again is no change',
      async (_, whom) => {
        const { driver } = underTest();
        const asked = tree({ ...slow, ...whom });
        const { commands, decisive } = await driver.apply(asked);
        expect(commands).toContain(decisive);
        expect(await differences(asked)).toEqual([]);
        expect(await driver.apply(asked)).toMatchObject({ commands: [], decisive: undefined });
        await driver.apply(tree());
        expect(await isShaping()).toBe(false);
      },
    );

    test('from any kind of fault to any other, the leaf is changed in place', async () => {
      const { driver } = underTest();
      await driver.apply(tree(slow));
      for (const document of [...kinds, ...[...kinds].reverse()]) {
        const { commands } = await driver.apply(tree(document));
        // Nothing on the root is touched: without netem a leaf has parts of its own.
        const inLeaf = /^tc (qdisc change|(class|filter) \w+ dev \S+ parent 10:) /;
        expect(commands.filter((line) => !inLeaf.test(line))).toEqual([]);
        expect(await differences(tree(document))).toEqual([]);
      }
    });

    test('from any target to any other, and to all of them at once', async () => {
      const { driver } = underTest();
      let current = tree();
      const documents = everyTarget.map(([, whom], index) => ({
        ...one(index + 1),
        ...whom,
      }));
      for (const next of [...documents.map((each) => [each]), documents, documents.slice(5, 10)]) {
        current = treeAfter(current, ...next);
        await driver.apply(current);
        expect(await differences(current)).toEqual([]);
        if (next.length > 1) expect(await driver.tidy(current, true)).toBe(true);
        expect(await differences(current)).toEqual([]);
      }
    });

    test('300 random changes of faults and targets: each is in force, and none leaves anything behind', async () => {
      const { driver } = underTest();
      const before = (await driver.read(tree())).observed;
      let current = tree();
      for (const [index, documents] of randomChanges(300).entries()) {
        current = treeAfter(current, ...documents.map(adapted));
        // apply reads back what it changed, and rejects where that is not as asked.
        await driver.apply(current);
        if (index % 3 === 0) await driver.tidy(current, true);
        if (index % 10 === 0)
          expect({ documents, left: await differences(current) }).toEqual({ documents, left: [] });
      }
      await driver.apply(tree());
      expect(await driver.tidy(tree(), true)).toBe(true);
      expect((await driver.read(tree())).observed.hook).toEqual(before.hook);
      expect((await driver.read(tree())).observed.egress.filters).toEqual(before.egress.filters);
      expect((await driver.read(tree())).observed.ingress).toEqual(before.ingress);
    });

    test('the order in which faults come does not matter', async () => {
      const { driver } = underTest();
      const some = { name: 'some', ...one(3), to: [{ cidr: '10.1.0.0/16' }] };
      const port = { name: 'port', loss: { ratio: '1%' }, to: [{ cidr: '10.1.2.0/24', ports: [443] }] };
      await driver.apply(tree(some, port));
      expect(await differences(tree(port, some))).toEqual([]);
      expect(await driver.apply(tree(port, some))).toMatchObject({ commands: [] });
    });

    test('a preview says what apply then does, and changes nothing', async () => {
      const { driver } = underTest();
      const asked = tree(slow, { ...one(1), to: [{ cidr: '10.1.2.3', ports: [80] }] });
      const preview = await driver.preview(asked);
      expect(await isShaping()).toBe(false);
      expect((await driver.apply(asked)).commands).toEqual(preview);
    });

    test.each(['egress', 'ingress', 'both'])(
      'a tree without sides ends the shaping of %s at once; tidy leaves nothing of ours',
      async (direction) => {
        const { driver } = underTest();
        const before = (await driver.read(tree())).observed;
        await driver.apply(tree({ ...slow, direction }));
        const { leftovers } = await driver.apply(tree());
        expect(leftovers).toBe(true);
        expect(await isShaping()).toBe(false);
        expect(await driver.tidy(tree(), false)).toBe(true);
        expect((await driver.read(tree())).observed).toEqual(before);
        expect(await driver.tidy(tree(), false)).toBe(true);
      },
    );

    test('a new fault may come before the old tree is tidied away', async () => {
      const { driver } = underTest();
      await driver.apply(tree(slow));
      await driver.apply(tree());
      await driver.apply(tree({ loss: { ratio: '1%' } }));
      expect(await differences(tree({ loss: { ratio: '1%' } }))).toEqual([]);
    });

    test('what it can do is told', async () => {
      const available = { available: true };
      const capabilities = await underTest().driver.capabilities();
      expect(capabilities).toMatchObject({
        kernel: expect.stringMatching(/^\d/),
        ...{ tree: available, ingress: available, netem: { available: effects === 'all' } },
      });
      expect(Object.keys(capabilities.kinds).sort()).toEqual([...faultKinds].sort());
      expect(capabilities.kinds.delay.available).toBe(effects === 'all');
    });
  });
}
