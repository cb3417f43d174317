import { baseDisk, diskName, diskNames } from './disk-cache';

const disk = (name: string, usedMs: number): { name: string; usedMs: number } => ({ name, usedMs });
const [old, newer, other] = [
  diskName('0123abcd', 'aa'),
  diskName('0123abcd', 'bb'),
  diskName('4567abcd', 'aa'),
];

test('a disk is named for its maker and its images', () => {
  expect(old).toBe('node-disk-0123abcd-aa.img');
  expect([old, 'kernel-7.2um1', 'node-disk-1-aa'].filter((name) => diskNames.test(name))).toEqual([old]);
});

test.each([
  ['the last one used', [disk(newer, 2), disk(old, 1)], newer],
  ['the last one used, wherever it stands', [disk(old, 3), disk(newer, 2)], old],
  ['never one of another maker', [disk(other, 9), disk(old, 1)], old],
  ['nothing when there is none', [disk(other, 9)], undefined],
])('a new disk begins with %s', (_, disks, expected) => {
  expect(baseDisk(disks, '0123abcd')).toBe(expected);
});
