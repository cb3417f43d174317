import { parseFault, type Fault } from '@podlag/core';
import fc from 'fast-check';
import { compose } from '../profile/compose';
import type { Profile } from '../profile/profile';
import { meets } from '../tree/look-up';
import { makeTree, profilesEqual } from '../tree/make-tree';
import type { QdiscTree } from '../tree/qdisc-tree';
import type { Packet } from '../tree/rules';
import { FakeDriver } from './fake-driver';
import type { Way } from './match-keys';
import { packetBytes } from './packet-bytes';
import { packet } from './random-sides';

/** From fault documents to the leaf that each packet reaches, and back to what its faults come to together. */

const cidr = fc.constantFrom(
  ...[
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.1.0.0/16',
    '10.0.0.0/9',
    '10.0.0.0/31',
    '10.0.0.1',
    '10.1.2.128',
    '192.0.0.0/2',
  ],
  ...['::/0', 'fd00::/8', 'fd00::/32', 'fd00::1', 'fd01::/33', 'fd00::ff00:0:0/97'],
);
const target = fc.oneof(
  cidr.map((one) => ({ cidr: one })),
  fc.record({
    cidr,
    protocol: fc.constantFrom('tcp', 'udp'),
    ports: fc.constantFrom([80], [2379, '20160-20180'], ['1-65535']),
  }),
  fc.record({ protocol: fc.constantFrom('tcp', 'icmp') }),
);
const effect = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map((ms) => ({ delay: { time: `${ms}ms` } })),
  fc.constantFrom(
    { loss: { ratio: '1%' } },
    { rate: '10mbit' },
    { partition: true },
    { duplicate: { ratio: '2%' } },
  ),
);
const faultDocument = fc
  .tuple(
    effect,
    fc.record(
      {
        to: fc.array(target, { minLength: 1, maxLength: 4 }),
        except: fc.array(target, { minLength: 1, maxLength: 2 }),
        direction: fc.constantFrom('egress', 'ingress', 'both'),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([what, whom]) => ({ ...what, ...whom }));

const faults = fc
  .array(faultDocument, { maxLength: 5 })
  .map((documents) => documents.map((document, index) => parseFault(document, `fault-${index}`)));

function expected(all: readonly Fault[], way: Way, one: Packet): Profile | undefined {
  const met = all.filter((fault) => isOn(fault, way) && meets(fault, one, way));
  return met.length === 0 ? undefined : compose(met, way);
}

function isOn({ direction }: Fault, way: Way): boolean {
  return direction === 'both' || direction === way;
}

function reached({ kernel }: FakeDriver, way: Way, one: Packet): Profile | undefined {
  const bytes = packetBytes(one, way);
  const name = way === 'egress' ? 'eth0' : kernel.device('eth0').redirectOf(bytes);
  if (name === undefined) return undefined;
  const device = kernel.device(name);
  return device.profileOf(device.classOf(bytes));
}

function isSame(one: Profile | undefined, other: Profile | undefined): boolean {
  return one === undefined || other === undefined ? one === other : profilesEqual(one, other);
}

const packets = fc.array(packet, { minLength: 8, maxLength: 16 });
const treeOf = (all: readonly Fault[], previous?: QdiscTree): QdiscTree =>
  makeTree({ device: 'eth0', exemptions: [], faults: all, ...(previous && { previous }) });

test('each packet reaches a leaf that does what its faults do together, whatever was set before', async () => {
  await fc.assert(
    fc.asyncProperty(faults, faults, packets, async (before, after, samples) => {
      const driver = new FakeDriver();
      const first = treeOf(before);
      await driver.apply(first);
      const second = treeOf(after, first);
      await driver.apply(second);
      for (const way of ['egress', 'ingress'] as const) {
        for (const one of samples) {
          const now = reached(driver, way, one);
          const asked = expected(after, way, one);
          if (!isSame(now, asked)) throw new Error(JSON.stringify({ way, one, now, asked }));
        }
      }
      expect(await driver.apply(second)).toMatchObject({ commands: [] });
    }),
    { numRuns: 1000 },
  );
}, 120_000);

test('while one set of faults takes the place of another, each packet gets at every step the one or the other', async () => {
  await fc.assert(
    fc.asyncProperty(faults, faults, packets, async (before, after, samples) => {
      const driver = new FakeDriver();
      const first = treeOf(before);
      await driver.apply(first);
      const run = driver.kernel.run.bind(driver.kernel);
      const watched = (['egress', 'ingress'] as const).flatMap((way) =>
        samples.map((one) => ({
          way,
          one,
          allowed: [expected(before, way, one), expected(after, way, one)],
        })),
      );
      // One at a time, with a look at every packet in between.
      driver.kernel.run = async (operations) => {
        for (const operation of operations) {
          expect(await run([operation])).toEqual([]);
          for (const { way, one, allowed } of watched) {
            const now = reached(driver, way, one);
            if (!allowed.some((each) => isSame(now, each))) {
              throw new Error(JSON.stringify({ operation, way, one, now, allowed }));
            }
          }
        }
        return [];
      };
      await driver.apply(treeOf(after, first));
    }),
    { numRuns: 300 },
  );
}, 120_000);
