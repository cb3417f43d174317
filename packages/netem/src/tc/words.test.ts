import { parseFault, Rate } from '@podlag/core';
import type { FilterPlace, Operation } from '../kernel/operation';
import { compose } from '../profile/compose';
import { batchLine, tcCommand } from './tc-command';
import { commandOf, tcLine } from './words';

const tree: FilterPlace = { device: 'eth0', parent: '1:', pref: 10, protocol: 'all' };
const root = { ...tree, pref: 200, protocol: 'ip' } as const;
const atTree = 'dev eth0 parent 1: pref 10 protocol all';
const atRoot = 'dev eth0 parent 1: pref 200 protocol ip';
const profile = compose([parseFault({ delay: { time: '20ms' } }, 'test')], 'egress');
const network = { value: 0x0a050000, mask: 0xffff0000, offset: 16 };

test.each<[string, Operation]>([
  ['ip link add dev plg-eth0 up type ifb', { kind: 'link', verb: 'add', device: 'plg-eth0' }],
  ['ip link set dev plg-eth0 up', { kind: 'link', verb: 'up', device: 'plg-eth0' }],
  ['ip link del dev plg-eth0', { kind: 'link', verb: 'delete', device: 'plg-eth0' }],
  [
    'tc qdisc add dev eth0 root handle 1: htb default 1 direct_qlen 2332',
    {
      ...{ kind: 'qdisc', verb: 'add', device: 'eth0', parent: 'root', handle: '1:' },
      spec: { kind: 'htb', defaultMinor: 1, directQueueLength: 2332 },
    },
  ],
  [
    'tc qdisc add dev eth0 parent 1:10 handle 10: htb default a',
    {
      ...{ kind: 'qdisc', verb: 'add', device: 'eth0', parent: '1:10', handle: '10:' },
      spec: { kind: 'htb', defaultMinor: 10, directQueueLength: undefined },
    },
  ],
  [
    'tc qdisc replace dev eth0 parent 1:1 handle 2: pfifo limit 10000',
    {
      ...{ kind: 'qdisc', verb: 'replace', device: 'eth0', parent: '1:1', handle: '2:' },
      spec: { kind: 'pfifo', limit: 10_000 },
    },
  ],
  [
    'tc qdisc change dev eth0 parent 1:10 handle 10: netem limit 25000 delay 20ms rate 1tbit',
    {
      ...{ kind: 'qdisc', verb: 'change', device: 'eth0', parent: '1:10', handle: '10:' },
      spec: { kind: 'netem', profile, was: undefined },
    },
  ],
  [
    'tc qdisc add dev eth0 clsact',
    {
      ...{ kind: 'qdisc', verb: 'add', device: 'eth0', parent: 'clsact', handle: undefined },
      spec: { kind: 'clsact' },
    },
  ],
  [
    'tc qdisc del dev eth0 clsact',
    {
      ...{ kind: 'qdisc', verb: 'delete', device: 'eth0', parent: 'clsact', handle: 'ffff:' },
      spec: undefined,
    },
  ],
  [
    'tc qdisc del dev eth0 parent 1:10 handle 10:',
    {
      ...{ kind: 'qdisc', verb: 'delete', device: 'eth0', parent: '1:10', handle: '10:' },
      spec: undefined,
    },
  ],
  [
    'tc class replace dev eth0 parent 1: classid 1:10 htb rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000',
    {
      ...{ kind: 'class', verb: 'replace', device: 'eth0', parent: '1:', classid: '1:10' },
      rate: undefined,
    },
  ],
  [
    'tc class del dev eth0 parent 1: classid 1:10',
    {
      ...{ kind: 'class', verb: 'delete', device: 'eth0', parent: '1:', classid: '1:10' },
      rate: undefined,
    },
  ],
  [
    `tc filter add ${atTree} handle 7fe: u32 divisor 256`,
    { ...tree, kind: 'table', verb: 'add', table: 0x7fe, divisor: 256 },
  ],
  [
    `tc filter del ${atTree} handle 7fe: u32`,
    { ...tree, kind: 'table', verb: 'delete', table: 0x7fe, divisor: undefined },
  ],
  [
    `tc filter add ${atTree} handle ::1f u32 ht 143:a: match u32 0x0a050000 0xffff0000 at 16 match u32 0x000001bb 0x0000ffff at 20 flowid 1:10`,
    {
      ...{ ...tree, kind: 'u32', verb: 'add', handle: { table: 0x143, bucket: 10, node: 0x1f } },
      keys: [network, { value: 443, mask: 0xffff, offset: 20 }],
      target: { flowid: '1:10' },
    },
  ],
  [
    `tc filter add ${atRoot} handle ::1 u32 match u32 0x00000000 0x00000000 at 0 link 143: hashkey mask 0x000000ff at 16`,
    {
      ...{ ...root, kind: 'u32', verb: 'add', handle: { table: 'root', bucket: 0, node: 1 } },
      keys: [],
      target: { link: 0x143, hash: { mask: 0xff, offset: 16 } },
    },
  ],
  [
    `tc filter add ${atTree} handle ::1 u32 ht 143:0: match u32 0x0a050000 0xffff0000 at 16 link 7fe: flowid 1:1`,
    {
      ...{ ...tree, kind: 'u32', verb: 'add', handle: { table: 0x143, bucket: 0, node: 1 } },
      keys: [network],
      target: { link: 0x7fe, hash: undefined },
    },
  ],
  [
    `tc filter change ${atTree} handle 143:a:1f u32 link 0: flowid 1:11`,
    {
      ...{ ...tree, kind: 'u32', verb: 'change', handle: { table: 0x143, bucket: 10, node: 0x1f } },
      keys: [network],
      target: { flowid: '1:11' },
    },
  ],
  [
    `tc filter change ${atTree} handle 143::1 u32 link 7fe: flowid 1:1`,
    {
      ...{ ...tree, kind: 'u32', verb: 'change', handle: { table: 0x143, bucket: 0, node: 1 } },
      keys: [],
      target: { link: 0x7fe, hash: undefined },
    },
  ],
  [
    `tc filter del ${atRoot} handle fff::1 u32`,
    {
      ...{ ...root, kind: 'u32', verb: 'delete', handle: { table: 'root', bucket: 0, node: 1 } },
      keys: [],
      target: undefined,
    },
  ],
  [
    'tc filter add dev eth0 ingress pref 2332 protocol all handle ::1 u32 match u32 0x00000000 0x00000000 at 0 action mirred egress redirect dev plg-eth0',
    {
      ...{ device: 'eth0', parent: 'ingress', pref: 2332, protocol: 'all', kind: 'u32', verb: 'add' },
      ...{ handle: { table: 'root', bucket: 0, node: 1 }, keys: [], target: { redirect: 'plg-eth0' } },
    },
  ],
  [
    'tc filter replace dev eth0 parent 10: pref 1 protocol all handle 0x1 bpf da bytecode "2,32 0 0 4294963256,6 0 0 4"',
    {
      ...{ ...tree, parent: '10:', pref: 1, kind: 'bpf', verb: 'replace', handle: 1 },
      program: [
        { code: 32, jt: 0, jf: 0, k: 4_294_963_256 },
        { code: 6, jt: 0, jf: 0, k: 4 },
      ],
    },
  ],
  [
    'tc filter del dev eth0 parent 10: pref 1 protocol all handle 0x1 bpf',
    { ...tree, parent: '10:', pref: 1, kind: 'bpf', verb: 'delete', handle: 1, program: undefined },
  ],
  [`tc filter del ${atTree}`, { ...tree, kind: 'pref', verb: 'delete' }],
])('%s', (line, operation) => {
  expect(tcLine(operation)).toBe(line);
});

test.each([
  ['two frames at least, or none could pass while the next tokens come', '1mbit', '3028b'],
  ['what comes between two ticks of a slow timer', '1gbit', '500000b'],
  ['no longer than tc can say as a time', '80bit', '600b'],
])('the burst of a rate: %s', (_, rate, burst) => {
  const line = tcLine({
    ...{ kind: 'class', verb: 'replace', device: 'eth0', parent: '10:', classid: '10:1' },
    rate: Rate.parse(rate),
  });
  expect(line).toContain(`rate ${rate} ceil ${rate} burst ${burst} cburst ${burst} `);
});

test('a filter in a root table is changed under the id that the kernel gave to the table', () => {
  const change: Operation = {
    ...{ ...root, kind: 'u32', verb: 'change', handle: { table: 'root', bucket: 0, node: 2 } },
    ...{ keys: [], target: { flowid: '1:10' } },
  };
  expect(batchLine(commandOf(change, 0x803))).toContain(' handle 803::2 u32 link 0: flowid 1:10');
});

test('the seed of a leaf is said', () => {
  const line = tcLine({
    ...{ kind: 'qdisc', verb: 'add', device: 'eth0', parent: '1:10', handle: '10:' },
    spec: { kind: 'netem', profile: { ...profile, seed: 7 }, was: undefined },
  });
  expect(line).toMatch(/ rate 1tbit seed 7$/);
});

test.each([['eth0 root'], ['eth0\nqdisc'], ['eth0;reboot'], ['"eth0"'], ['1,2 3 4'], ['']])(
  'nothing that tc could take for more than one word is ever said to it: %j',
  (device) => {
    expect(() => tcCommand('qdisc', 'show', 'dev', device)).toThrow('not a word');
  },
);
