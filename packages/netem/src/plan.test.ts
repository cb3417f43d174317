import fc from 'fast-check';
import { differences } from './differences';
import type { Observed } from './observed';
import { plan, planClearance, type PlanSettings } from './plan';
import type { QdiscTree } from './qdisc-tree';
import { batchLine } from './tc-command';
import { observedAfter, treeOf } from './testing';

const settings: PlanSettings = { takeOverRoot: false, loadedShape: undefined };
const untouched: Observed = {
  device: 'eth0',
  qdiscs: [rootQdisc('noqueue', '0:')],
  classes: [],
  filters: [],
};

function rootQdisc(kind: string, handle: string, directQueueLength?: number): Observed['qdiscs'][number] {
  const counters = { bytes: 0, packets: 0, drops: 0, backlogPackets: 0 };
  return { kind, handle, parent: 'root', directQueueLength, netem: undefined, counters };
}

const lines = (tree: QdiscTree, observed: Observed, more: Partial<PlanSettings> = {}): string[] =>
  plan(tree, observed, { ...settings, ...more }).commands.map(batchLine);

test('the first fault builds the whole tree, and turns the traffic into it last', () => {
  expect(lines(treeOf({ delay: { time: '20ms' } }), untouched)).toEqual([
    'qdisc add dev eth0 root handle 1: htb default 1 direct_qlen 2332',
    'class replace dev eth0 parent 1: classid 1:1 htb rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000',
    'qdisc replace dev eth0 parent 1:1 handle 2: pfifo limit 10000',
    'filter add dev eth0 parent 1: protocol arp pref 1 u32 match u32 0x00000000 0x00000000 at 0 flowid 1:1',
    ...[
      [
        'ip',
        2,
        '0x05000000 0x0f000000 at 0',
        '0x00000000 0x00001fff at 4',
        '0x00060000 0x00ff0000 at 8',
        '0x091c0000 0xffff0000 at 20',
      ],
      [
        'ip',
        3,
        '0x05000000 0x0f000000 at 0',
        '0x00000000 0x00001fff at 4',
        '0x00060000 0x00ff0000 at 8',
        '0x0000091c 0x0000ffff at 20',
      ],
      ['ipv6', 4, '0x00000600 0x0000ff00 at 4', '0x091c0000 0xffff0000 at 40'],
      ['ipv6', 5, '0x00000600 0x0000ff00 at 4', '0x0000091c 0x0000ffff at 40'],
      ['ipv6', 6, '0x00003a00 0x0000ff00 at 4', '0x85000000 0xff000000 at 40'],
      ['ipv6', 7, '0x00003a00 0x0000ff00 at 4', '0x86000000 0xfe000000 at 40'],
      ['ipv6', 8, '0x00003a00 0x0000ff00 at 4', '0x88000000 0xfe000000 at 40'],
    ].map(
      ([protocol, pref, ...keys]) =>
        `filter add dev eth0 parent 1: protocol ${protocol!} pref ${pref!} u32 ${keys.map((key) => `match u32 ${key}`).join(' ')} flowid 1:1`,
    ),
    'class replace dev eth0 parent 1: classid 1:10 htb rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000',
    'qdisc add dev eth0 parent 1:10 handle 10: netem limit 25000 delay 20ms rate 1tbit',
    'filter add dev eth0 parent 1: protocol all pref 60000 u32 match u32 0x00000000 0x00000000 at 0 flowid 1:10',
  ]);
});

test('new numbers change the leaf in place, and nothing else', async () => {
  const before = await observedAfter(treeOf({ delay: { time: '20ms' } }));
  expect(lines(treeOf({ delay: { time: '50ms' } }), before)).toEqual([
    'qdisc change dev eth0 parent 1:10 handle 10: netem limit 62500 delay 50ms rate 1tbit',
  ]);
});

test('what is already in force needs no command', async () => {
  const tree = treeOf({ delay: { time: '20ms' } }, { loss: { ratio: '1%' } });
  expect(lines(tree, await observedAfter(tree))).toEqual([]);
});

test('a table is loaded once more when nobody can tell which one the leaf has', async () => {
  const tree = treeOf({ delay: { time: '20ms', jitter: '1ms', distribution: 'normal' } });
  const before = await observedAfter(tree);
  expect(lines(tree, before)).toHaveLength(1);
  expect(lines(tree, before, { loadedShape: 'normal' })).toEqual([]);
});

test('the last fault is taken away by one filter, and its tree when it has drained', async () => {
  const before = await observedAfter(treeOf({ delay: { time: '20ms' } }));
  expect(lines(treeOf(), before)).toEqual(['filter del dev eth0 parent 1: protocol all pref 60000']);
  expect(planClearance('eth0', before).map(batchLine)).toEqual(['qdisc del dev eth0 root']);
  expect(planClearance('eth0', untouched)).toEqual([]);
});

test('taking away what is not there is no change', () => {
  expect(lines(treeOf(), untouched)).toEqual([]);
});

test.each([
  ['tbf', '8001:', undefined],
  ['htb', '1:', 1000],
  ['htb', '2:', 2332],
])(
  'a root of somebody else (%s %s, direct_qlen %p) is left alone, unless told otherwise',
  (kind, handle, mark) => {
    const foreign = { ...untouched, qdiscs: [rootQdisc(kind, handle, mark)] };
    const tree = treeOf({ delay: { time: '20ms' } });
    expect(() => lines(tree, foreign)).toThrow(
      expect.objectContaining({
        code: 'foreign-qdisc',
        message: expect.stringContaining(`${kind} ${handle}`),
      }),
    );
    expect(lines(treeOf(), foreign)).toEqual([]);
    expect(lines(tree, foreign, { takeOverRoot: true }).slice(0, 2)).toEqual([
      'qdisc del dev eth0 root',
      'qdisc add dev eth0 root handle 1: htb default 1 direct_qlen 2332',
    ]);
  },
);

test('an exemption that somebody turned into the fault is put right', async () => {
  const tree = treeOf({ partition: true });
  const before = await observedAfter(tree);
  const filters = before.filters.map((one) => (one.pref === 2 ? { ...one, flowid: '1:10' } : one));
  expect(lines(tree, { ...before, filters })).toEqual([
    'filter del dev eth0 parent 1: protocol ip pref 2',
    expect.stringMatching(/^filter add .* pref 2 .* flowid 1:1$/),
  ]);
});

test('a filter that somebody put into the tree is taken out', async () => {
  const tree = treeOf({ delay: { time: '20ms' } });
  const before = await observedAfter(tree);
  const stranger = { pref: 50, protocol: 'ip', flowid: '1:1', matches: ['00000000/00000000 at 0'] };
  expect(lines(tree, { ...before, filters: [...before.filters, stranger] })).toEqual([
    'filter del dev eth0 parent 1: protocol ip pref 50',
  ]);
});

test('turned off and on again before the tree was tidied away, the turn is what made the difference', async () => {
  const tree = treeOf({ delay: { time: '20ms' } });
  const before = await observedAfter(tree);
  const off = { ...before, filters: before.filters.filter(({ pref }) => pref !== 60_000) };
  const { commands, decisive } = plan(tree, off, settings);
  expect(commands).toEqual([decisive]);
  expect(batchLine(decisive!)).toContain('pref 60000');
});

test('a stranger in the place of the leaf is replaced', async () => {
  const tree = treeOf({ delay: { time: '20ms' } });
  const before = await observedAfter(tree);
  const qdiscs = before.qdiscs.map((one) =>
    one.netem ? { ...one, kind: 'sfq', handle: '8002:', netem: undefined } : one,
  );
  expect(lines(tree, { ...before, qdiscs })).toEqual([
    'qdisc del dev eth0 parent 1:10 handle 8002:',
    'qdisc add dev eth0 parent 1:10 handle 10: netem limit 25000 delay 20ms rate 1tbit',
  ]);
});

const document = fc.record(
  {
    delay: fc.record({ time: fc.integer({ min: 1, max: 9999 }).map((tenths) => `${tenths * 100}us`) }),
    loss: fc.record({ ratio: fc.integer({ min: 0, max: 100 }).map((whole) => `${whole}%`) }),
    rate: fc.constantFrom('1mbit', '10mbit'),
  },
  { requiredKeys: ['delay'] },
);

test('from any tree to any other: no plan ever takes away the root, a class or the leaf, and what follows has no difference', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(document, { minLength: 1 }),
      fc.array(document, { minLength: 1 }),
      async (one, other) => {
        const target = treeOf(...other);
        const commands = lines(target, await observedAfter(treeOf(...one)));
        expect(commands.filter((line) => !line.startsWith('qdisc change '))).toEqual([]);
        expect(differences(target, await observedAfter(target))).toEqual([]);
      },
    ),
    { numRuns: 50 },
  );
});

test.each<[string, (observed: Observed) => Observed, string]>([
  ['another delay', (seen) => withNetem(seen, { delaySeconds: 0.03 }), 'delay.time'],
  [
    'another loss',
    (seen) => withNetem(seen, { loss: { kind: 'random', ratio: 0.5, correlation: 0 } }),
    'loss',
  ],
  ['another rate', (seen) => withNetem(seen, { rateBytesPerSecond: 1000 }), 'rate'],
  ['another limit', (seen) => withNetem(seen, { limit: 1 }), 'limit'],
  ['no leaf', (seen) => ({ ...seen, qdiscs: seen.qdiscs.filter(({ netem }) => !netem) }), 'leaf'],
  [
    'no exemption of ARP',
    (seen) => ({ ...seen, filters: seen.filters.filter(({ pref }) => pref !== 1) }),
    'filter pref 1',
  ],
  [
    'a filter too many',
    (seen) => ({ ...seen, filters: [...seen.filters, { ...seen.filters[0]!, pref: 99 }] }),
    'filter pref 99',
  ],
  ['no root', () => untouched, 'root'],
])('the difference is named: %s', async (_, change, what) => {
  const tree = treeOf({ delay: { time: '20ms' } });
  expect(differences(tree, change(await observedAfter(tree))).map((one) => one.what)).toContain(what);
});

function withNetem(observed: Observed, change: object): Observed {
  return {
    ...observed,
    qdiscs: observed.qdiscs.map((one) => (one.netem ? { ...one, netem: { ...one.netem, ...change } } : one)),
  };
}
