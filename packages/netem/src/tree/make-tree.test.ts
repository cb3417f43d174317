import { parseFault } from '@podlag/core';
import { makeTree, profilesEqual } from './make-tree';
import type { QdiscTree } from './qdisc-tree';

type Documents = Record<string, Record<string, unknown>>;

const treeOf = (documents: Documents, previous?: QdiscTree): QdiscTree =>
  makeTree({
    device: 'eth0',
    exemptions: [],
    faults: Object.entries(documents).map(([name, document]) => parseFault(document, name)),
    previous,
  });

const minors = (tree: QdiscTree): Record<string, number> =>
  Object.fromEntries((tree.egress?.classes ?? []).map(({ faults, minor }) => [faults.join('+'), minor]));

const slow = { delay: { time: '20ms' } };
const slower = { delay: { time: '90ms' } };
const ten = { to: [{ cidr: '10.0.0.0/8' }] };
const eleven = { to: [{ cidr: '11.0.0.0/8' }] };

test('the class for everybody is 1:10, the others follow by name', () => {
  const tree = treeOf({ b: { ...slow, ...ten }, a: { ...slow, ...eleven }, c: slow });
  expect(minors(tree)).toEqual({ c: 0x10, 'a+c': 0x11, 'b+c': 0x12 });
  expect(tree.egress?.rules.everybody).toBe(0x10);
});

test.each<[string, Documents, Documents, Record<string, number>]>([
  ['other numbers for the same packets keep the class', { a: slow }, { a: slower }, { a: 0x10 }],
  [
    'other packets with the same numbers keep it too',
    { a: { ...slow, ...ten } },
    { a: { ...slow, ...eleven } },
    { a: 0x10 },
  ],
  [
    'other packets with other numbers get a class that nothing uses yet',
    { a: { ...slow, ...ten } },
    { a: { ...slower, ...eleven } },
    { a: 0x11 },
  ],
  [
    'a further fault for others leaves the class as it is',
    { a: { ...slow, ...ten } },
    { a: { ...slow, ...ten }, b: { ...slow, ...eleven } },
    { a: 0x10, b: 0x11 },
  ],
  [
    'a number whose class is not needed any more is not given to another at once',
    { a: { ...slow, ...ten } },
    { a: { ...slow, ...ten }, b: slow },
    { b: 0x11, 'a+b': 0x12 },
  ],
])('%s', (_, before, after, expected) => {
  expect(minors(treeOf(after, treeOf(before)))).toEqual(expected);
});

test('a direction in which nothing is asked for has no side', () => {
  expect(treeOf({})).toMatchObject({ egress: undefined, ingress: undefined });
  expect(treeOf({ a: slow }).ingress).toBeUndefined();
  const both = treeOf({ a: { delay: { rtt: '5ns' }, direction: 'both' } });
  const times = [both.egress, both.ingress].map((side) => side?.classes[0]?.profile.delay.time.nanoseconds);
  expect(times).toEqual([3, 2]);
});

test('a fault whose exceptions spare everybody sends nobody anywhere', () => {
  expect(treeOf({ a: { ...slow, ...ten, except: [{ cidr: '0.0.0.0/0' }] } }).egress).toBeUndefined();
});

test('profiles are the same when all of their numbers are', () => {
  const profile = (document: Record<string, unknown>) => treeOf({ a: document }).egress!.classes[0]!.profile;
  expect(profilesEqual(profile(slow), profile(slow))).toBe(true);
  expect(profilesEqual(profile(slow), profile(slower))).toBe(false);
  expect(profilesEqual(profile(slow), profile({ ...slow, seed: 1 }))).toBe(false);
});
