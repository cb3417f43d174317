import type { FilterPlace, Operation } from '../kernel/operation';
import { RootTables } from './root-tables';

const place: FilterPlace = { device: 'eth0', parent: '1:', pref: 200, protocol: 'ip' };
const node = { handle: { table: 'root', bucket: 0, node: 1 }, keys: [], target: { flowid: '1:10' } } as const;
const add: Operation = { ...place, ...node, kind: 'u32', verb: 'add' };
const change: Operation = { ...place, ...node, kind: 'u32', verb: 'change' };
const removal: Operation = { ...place, kind: 'pref', verb: 'delete' };

test('each pref is looked up once, until it is removed', async () => {
  const asked: string[] = [];
  const tables = new RootTables(({ words }) => {
    asked.push(words.join(' '));
    const stdout = `[{"kind":"u32","chain":0},{"options":{"fh":"7fe:","ht_divisor":1}},{"options":{"fh":"${(0x800 + asked.length).toString(16)}:","ht_divisor":1}}]`;
    return Promise.resolve({ stdout, failures: [] });
  });
  const ids: (number | undefined)[] = [];
  for (const operation of [change, change, add, removal, change]) ids.push(await tables.idFor(operation));
  expect(ids).toEqual([0x801, 0x801, undefined, undefined, 0x802]);
  expect(asked).toEqual(Array(2).fill('filter show dev eth0 parent 1: pref 200 protocol ip'));
});
