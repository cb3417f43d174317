import { addressWords, parseFault, type Fault } from '@podlag/core';
import fc from 'fast-check';
import { greatestDelay } from '../profile/delay-bounds';
import { explain } from './explain';
import { makeTree } from './make-tree';
import type { QdiscTree } from './qdisc-tree';
import type { Packet } from './rules';
import { stages } from './stages';

type Documents = Record<string, Record<string, unknown>>;

const faultsOf = (documents: Documents): Fault[] =>
  Object.entries(documents).map(([name, document]) => parseFault(document, name));

const treeOf = (documents: Documents, previous?: QdiscTree): QdiscTree =>
  makeTree({ device: 'eth0', exemptions: [], faults: faultsOf(documents), previous });

function change(before: Documents, after: Documents) {
  const previous = treeOf(before);
  const next = treeOf(after, previous);
  return { previous, next, steps: stages(previous, next) };
}

const tcpTo = (address: string, peerPort = 80): Packet => {
  const peer = addressWords(address);
  return { family: peer.length === 1 ? 4 : 6, peer, protocol: 'tcp', peerPort, localPort: undefined };
};

const delayMs = (tree: QdiscTree, packet: Packet): number =>
  explain(tree, packet, 'egress').profile?.delay.time.milliseconds ?? 0;

const delay = (time: string, ...cidrs: string[]) => ({
  delay: { time },
  ...(cidrs.length > 0 ? { to: cidrs.map((cidr) => ({ cidr })) } : {}),
});

test.each<[string, Documents, Documents, { delays: number[]; holds: number[] }]>([
  [
    'taken away: the old delay, none in the same leaf, none',
    { a: delay('100ms') },
    {},
    { delays: [100, 0, 0], holds: [104, 104, 0] },
  ],
  [
    'one of many spared: only its packets take the way round',
    { a: delay('100ms') },
    { a: { ...delay('100ms'), except: [{ cidr: '1.1.1.1' }] } },
    { delays: [100, 0, 0], holds: [104, 104, 0] },
  ],
  [
    'raised: at once',
    { a: delay('5ms', '1.1.1.1') },
    { b: delay('9ms', '1.1.1.1') },
    { delays: [9], holds: [0] },
  ],
  [
    'new numbers for the same packets: at once, in the leaf',
    { a: delay('9ms') },
    { a: delay('5ms') },
    { delays: [5], holds: [0] },
  ],
  [
    'lowered by another fault: the old delay, the new one, and its own class',
    { a: delay('90ms') },
    { b: delay('40.5ms', '1.0.0.0/8') },
    { delays: [90, 40.5, 40.5], holds: [94, 94, 0] },
  ],
])('%s', (_, before, after, { delays, holds }) => {
  const { steps } = change(before, after);
  expect(steps.map(({ tree }) => delayMs(tree, tcpTo('1.1.1.1')))).toEqual(delays);
  expect(steps.map(({ holdMs }) => holdMs)).toEqual(holds);
});

test('who gets slower does not wait for who gets faster', () => {
  const { steps } = change(
    { a: delay('50ms', '1.0.0.0/8'), b: delay('10ms', '2.0.0.0/8') },
    { a: delay('50ms', '2.0.0.0/8'), b: delay('10ms', '1.0.0.0/8') },
  );
  expect(steps.map(({ tree }) => delayMs(tree, tcpTo('1.1.1.1')))).toEqual([50, 10, 10]);
  expect(steps.map(({ tree }) => delayMs(tree, tcpTo('2.2.2.2')))).toEqual([50, 50, 50]);
});

test('a hold is as long as the longest packet of the spread waits', () => {
  const { steps } = change({ a: { delay: { time: '100ms', jitter: '10ms', distribution: 'normal' } } }, {});
  expect(steps[0]!.holdMs).toBeGreaterThan(134);
  expect(steps[0]!.holdMs).toBeLessThanOrEqual(144);
});

test('a fault that comes back before the last stage is put into the leaf where its packets are', () => {
  const { steps } = change({ a: delay('100ms') }, {});
  const halfway = steps[1]!.tree;
  const again = treeOf({ a: delay('100ms') }, halfway);
  expect(placeIn(again, tcpTo('1.1.1.1'))).toMatchObject({
    classid: placeIn(halfway, tcpTo('1.1.1.1')).classid,
    time: 100e6,
  });
});

const someFaults = fc
  .array(
    fc.record({
      time: fc.constantFrom('1ms', '5ms', '20ms', '100ms'),
      jitter: fc.constantFrom('0ms', '1ms'),
      to: fc.option(
        fc.array(
          fc.constantFrom<object>(
            { cidr: '10.0.0.0/8' },
            { cidr: '10.1.0.0/16' },
            { cidr: '10.1.1.1' },
            { cidr: 'fd00::/8' },
            { ports: [80] },
            { cidr: '10.1.0.0/16', ports: ['1-100'], protocol: 'tcp' },
          ),
          { minLength: 1, maxLength: 3 },
        ),
        { nil: undefined },
      ),
    }),
    { maxLength: 4 },
  )
  .map((all) =>
    Object.fromEntries(
      all.map(({ time, jitter, to }, index) => [
        `f${index}`,
        { delay: { time, jitter }, ...(to ? { to } : {}) },
      ]),
    ),
  );
const samples = ['10.1.1.1', '10.1.2.3', '10.9.9.9', '192.0.2.1', 'fd00::1', 'ff00::1'].flatMap((address) =>
  [80, 81, 443].map((port) => tcpTo(address, port)),
);

/** What `packet` finds in each tree: the class, and the delays that it may get there. */
const placeIn = (tree: QdiscTree, packet: Packet) => {
  const { classid, profile } = explain(tree, packet, 'egress');
  const greatest = profile ? greatestDelay(profile) : 0;
  return { classid: classid ?? '1:1', profile, time: profile?.delay.time.nanoseconds ?? 0, greatest };
};

test('each packet gets the old delay and then the new one, and leaves a slower class only when it has been empty for long enough', () => {
  fc.assert(
    fc.property(someFaults, someFaults, (before, after) => {
      const { previous, next, steps } = change(before, after);
      expect(steps.at(-1)).toEqual({ tree: next, holdMs: 0 });
      for (const packet of samples) {
        const old = placeIn(previous, packet);
        const last = placeIn(next, packet);
        const path = steps.map(({ tree }) => placeIn(tree, packet));
        const times = path.map(({ time }) => time);
        const switched = times.findIndex((time) => time !== old.time);
        const expected = times.map((_, at) => (switched < 0 || at < switched ? old.time : last.time));
        expect(times).toEqual(expected);
        let here = old;
        for (const [at, place] of path.entries()) {
          const isOtherLeaf = place.classid !== here.classid;
          // Into another leaf only with a delay that nobody there or here can be overtaken by: once it is as before.
          if (isOtherLeaf && place.time < here.time) throw new Error(`overtakes at stage ${at}`);
          if (at < path.length - 1 && place.classid !== last.classid) {
            expect(steps[at]!.holdMs * 1e6).toBeGreaterThanOrEqual(old.greatest);
          }
          here = place;
        }
      }
    }),
    { numRuns: 300 },
  );
});
