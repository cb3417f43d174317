import { blockOf, parseCidr } from '@podlag/core';
import { tcLine } from '../tc/words';
import { passMinor, type QdiscTree, type Side } from '../tree/qdisc-tree';
import { differences } from './differences';
import { FakeDriver } from './fake-driver';
import type { Observed, ObservedDevice } from './observed';
import { plan, type PlanSettings } from './plan';
import { delayed } from './random-sides';
import { SimulatedKernel } from './simulated-kernel';

const settings: PlanSettings = {
  takeOverRoot: false,
  netem: true,
  timeToleranceSeconds: 1e-9,
  applied: new Map(),
};
const empty: QdiscTree = { device: 'eth0', exemptions: [], egress: undefined, ingress: undefined };

/** Addresses and the delay of each, in milliseconds; `everybody` for the rest. Each delay has its own class. */
function sideOf(
  delays: Readonly<Record<string, number>>,
  minors: Readonly<Record<number, number>> = {},
): Side {
  const minorOf = (delay: number): number => (delay === 0 ? passMinor : (minors[delay] ?? delay));
  const blocks = Object.entries(delays)
    .filter(([name]) => name !== 'everybody')
    .map(([name, delay]) => ({
      block: blockOf(parseCidr(name)),
      verdict: { portRules: [], otherwise: minorOf(delay) },
    }))
    .sort((one, other) => other.block.prefixLength - one.block.prefixLength);
  const used = [...new Set(Object.values(delays))].filter((delay) => delay > 0);
  return {
    classes: used.map((delay) => ({
      minor: minorOf(delay),
      faults: [`by-${delay}`],
      profile: delayed(delay),
    })),
    rules: { blocks, everybody: minorOf(delays.everybody ?? 0) },
  };
}

async function after(...trees: readonly QdiscTree[]): Promise<ObservedDevice> {
  const driver = new FakeDriver();
  for (const tree of trees) await driver.apply(tree);
  return driver.kernel.read('eth0', 'plg-eth0');
}

const lines = (tree: QdiscTree, observed: ObservedDevice, more: Partial<PlanSettings> = {}): string[] =>
  plan(tree, observed, { ...settings, ...more }).operations.map(tcLine);

const egress = (delays: Record<string, number>, minors?: Record<number, number>): QdiscTree => ({
  ...empty,
  egress: sideOf(delays, minors),
});

test('the first fault builds the whole tree, and turns the traffic into it last', async () => {
  const all = lines(egress({ everybody: 20 }, { 20: 0x10 }), await after());
  expect(all.slice(0, 4)).toEqual([
    'tc qdisc add dev eth0 root handle 1: htb default 1 direct_qlen 2332',
    'tc class replace dev eth0 parent 1: classid 1:1 htb rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000',
    'tc qdisc replace dev eth0 parent 1:1 handle 2: pfifo limit 10000',
    expect.stringMatching(/^tc filter add dev eth0 parent 1: pref 1 protocol arp .* flowid 1:1$/),
  ]);
  expect(all.slice(-3)).toEqual([
    'tc class replace dev eth0 parent 1: classid 1:10 htb rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000',
    'tc qdisc add dev eth0 parent 1:10 handle 10: netem limit 25000 delay 20ms rate 1tbit',
    expect.stringMatching(/^tc filter add dev eth0 parent 1: pref 60000 protocol all .* flowid 1:10$/),
  ]);
});

test('other numbers change the leaf in place, and nothing else', async () => {
  const before = await after(egress({ everybody: 20 }, { 20: 0x10 }));
  expect(lines(egress({ everybody: 50 }, { 50: 0x10 }), before)).toEqual([
    'tc qdisc change dev eth0 parent 1:10 handle 10: netem limit 62500 delay 50ms rate 1tbit',
  ]);
});

test('a leaf whose profile nobody knows for sure is given it once more when there is a table in it', async () => {
  const tree = egress({ everybody: 20 }, { 20: 0x10 });
  const [shaped] = tree.egress!.classes;
  const shape = { name: 'normal', quantiles: [-1, 1] };
  const profile = { ...shaped!.profile, delay: { ...shaped!.profile.delay, shape } };
  const tabled = { ...tree, egress: { ...tree.egress!, classes: [{ ...shaped!, profile }] } };
  const before = await after(tabled);
  expect(lines(tabled, before)).toHaveLength(1);
  expect(lines(tabled, before, { applied: new Map([['eth0 1:10', profile]]) })).toEqual([]);
  expect(lines(tabled, before, { applied: new Map([['eth0 1:10', shaped!.profile]]) })).toHaveLength(1);
});

/** Verb and place of each filter operation, in order. */
function turns(tree: QdiscTree, before: ObservedDevice): string[] {
  return plan(tree, before, settings).operations.flatMap((one) => {
    if (one.kind === 'pref') return [`delete ${one.pref}`];
    if (one.kind !== 'u32') return [];
    const { table } = one.handle;
    return [`${one.verb} ${table === 'root' ? one.pref : `table ${table.toString(16)}`}`];
  });
}

test('new entries come from the most precise on, before others change, and old ones go from the widest on', async () => {
  const before = await after(egress({ '10.0.0.0/6': 16, '10.0.0.0/5': 16, '11.0.0.0/7': 16, everybody: 17 }));
  const next = egress({ '11.0.0.0/7': 17, '8.0.0.0/4': 18, '16.0.0.0/3': 18, everybody: 0 });
  expect(turns(next, before)).toEqual([
    'add 228',
    'add 229',
    'change 225',
    'delete 60000',
    'delete 227',
    'delete 226',
  ]);
});

test('the last fault is taken away by its filters alone', async () => {
  const before = await after(egress({ everybody: 20 }, { 20: 0x10 }));
  const { operations, decisive } = plan(empty, before, settings);
  expect(operations.map(tcLine)).toEqual(['tc filter del dev eth0 parent 1: pref 60000 protocol all']);
  expect(decisive).toBe(operations[0]);
  expect(lines(empty, await after())).toEqual([]);
});

test('ten thousand addresses that go take a command for each level, not for each address', async () => {
  const hosts = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`10.0.${index >> 4}.${index & 15}`, 16]),
  );
  expect(turns(empty, await after(egress(hosts)))).toEqual(['delete 100']);
});

test('what comes in is led to the IFB when everything there stands', async () => {
  const all = lines({ ...empty, ingress: sideOf({ everybody: 16 }) }, await after());
  expect(all[0]).toMatch(/^ip link add/);
  expect(all.slice(-3)).toEqual([
    expect.stringContaining('dev plg-eth0 parent 1: pref 60000'),
    expect.stringContaining('tc qdisc add dev eth0 clsact'),
    expect.stringMatching(/pref 2332 .*mirred egress redirect dev plg-eth0/),
  ]);
});

test.each([
  ['tbf', '8001:', undefined],
  ['htb', '1:', 1000],
  ['htb', '2:', 2332],
])(
  'a root of somebody else (%s %s, direct_qlen %p) is left alone, unless told otherwise',
  async (kind, handle, mark) => {
    const kernel = new SimulatedKernel('eth0');
    const untouched = await kernel.read('eth0', 'plg-eth0');
    const qdiscs = untouched.egress.qdiscs.map((one) => ({ ...one, kind, handle, directQueueLength: mark }));
    const foreign = { ...untouched, egress: { ...untouched.egress, qdiscs } };
    const tree = egress({ everybody: 16 });
    expect(() => lines(tree, foreign)).toThrow(
      expect.objectContaining({
        code: 'foreign-qdisc',
        message: expect.stringContaining(`${kind} ${handle}`),
      }),
    );
    expect(lines(empty, foreign)).toEqual([]);
    expect(lines(tree, foreign, { takeOverRoot: true }).slice(0, 2)).toEqual([
      expect.stringContaining('qdisc del dev eth0 root'),
      'tc qdisc add dev eth0 root handle 1: htb default 1 direct_qlen 2332',
    ]);
  },
);

test('more combinations of ports than there are tables are refused in words', async () => {
  const blocks = Array.from({ length: 1300 }, (_, index) => ({
    block: blockOf(parseCidr(`10.0.${index >> 8}.${index & 255}`)),
    verdict: {
      portRules: [{ protocol: 'tcp' as const, ports: { first: index + 1, last: index + 1 }, to: 16 }],
      otherwise: passMinor,
    },
  }));
  const side = { ...sideOf({ everybody: 16 }), rules: { blocks, everybody: passMinor } };
  const observed = await after();
  expect(() => lines({ ...empty, egress: side }, observed)).toThrow(
    expect.objectContaining({
      code: 'too-many-filters',
      message: expect.stringContaining('more than 1279'),
      hint: expect.stringContaining('delete the old fault first'),
    }),
  );
});

const asked = { ...egress({ '10.0.0.1': 16, everybody: 17 }), ingress: sideOf({ everybody: 16 }) };

test.each<[string, (seen: Observed) => Observed, string]>([
  ['another delay', (seen) => withNetem(seen, { delaySeconds: 0.03 }), 'delay.time of 1:10'],
  ['another rate', (seen) => withNetem(seen, { rateBytesPerSecond: 1000 }), 'rate of 1:10'],
  ['another limit', (seen) => withNetem(seen, { limit: 1 }), 'limit of 1:10'],
  ['no leaf', (seen) => ({ ...seen, qdiscs: seen.qdiscs.filter(({ netem }) => !netem) }), 'leaf of 1:10'],
  ['no exemption of ARP', (seen) => without(seen, 1), 'filter pref 1'],
  [
    'a filter too many',
    (seen) => ({ ...seen, filters: [...seen.filters, { ...seen.filters[0]!, pref: 99 }] }),
    'filter pref 99',
  ],
  ['no root', (seen) => ({ ...seen, qdiscs: [] }), 'root'],
  [
    'an address gone',
    (seen) => ({ ...seen, filters: seen.filters.filter(({ u32 }) => u32?.keys[0]?.offset !== 16) }),
    'filter table 100:1',
  ],
])('the difference is named: %s', async (_, change, what) => {
  const observed = await after(asked);
  expect(differences(asked, observed, settings)).toEqual([]);
  const found = differences(asked, { ...observed, egress: change(observed.egress) }, settings);
  expect(found.map((one) => one.what)).toContain(what);
});

test('differences where packets come in are named as such, and a redirect that is gone', async () => {
  const observed = await after(asked);
  const broken = {
    ...observed,
    ingress: without(observed.ingress!, 1),
    hook: { ...observed.hook, filters: [] },
  };
  expect(differences(asked, broken, settings).map(({ what }) => what)).toEqual([
    'ingress filter pref 1',
    'redirect',
  ]);
});

test('a long list of differences is cut short, and says by how much', async () => {
  const hosts = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`10.0.0.${index}`, 16]));
  const observed = await after(egress(hosts));
  const bare = { ...observed, egress: { ...observed.egress, filters: without(observed.egress, 10).filters } };
  const found = differences(egress(hosts), bare, settings);
  expect(found).toHaveLength(101);
  expect(found.at(-1)?.observed).toBe('51 more differences');
});

function without(seen: Observed, pref: number): Observed {
  return { ...seen, filters: seen.filters.filter((one) => one.pref !== pref) };
}

function withNetem(observed: Observed, change: object): Observed {
  return {
    ...observed,
    qdiscs: observed.qdiscs.map((one) => (one.netem ? { ...one, netem: { ...one.netem, ...change } } : one)),
  };
}
