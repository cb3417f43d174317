import type { FilterPlace, Operation } from './operation';
import { stretchesOf } from './stretches';

const place: FilterPlace = { device: 'eth0', parent: '1:', pref: 200, protocol: 'ip' };
const node = { handle: { table: 'root', bucket: 0, node: 1 }, keys: [], target: { flowid: '1:10' } } as const;
const add: Operation = { ...place, ...node, kind: 'u32', verb: 'add' };
const change: Operation = { ...place, ...node, kind: 'u32', verb: 'change' };
const other: Operation = { ...change, pref: 201 };
const removal: Operation = { ...place, kind: 'pref', verb: 'delete' };
const link: Operation = { kind: 'link', verb: 'add', device: 'plg-eth0' };

test.each<[string, readonly Operation[], readonly number[]]>([
  ['what stands already needs one stretch', [change, change, other], [3]],
  ['a table that is made on the way is looked up when it is there', [add, other, change, change], [2, 2]],
  ['so is one that was made anew', [change, removal, change], [2, 1]],
  ['a link goes alone', [add, link, add, link], [1, 1, 1, 1]],
  ['long ones are cut', [add, add, add, add, add], [4, 1]],
  ['nothing is nothing', [], []],
])('%s', (_, operations, lengths) => {
  const stretches = stretchesOf(operations, 4);
  expect(stretches.map(({ length }) => length)).toEqual(lengths);
  expect(stretches.flat()).toEqual(operations);
});
