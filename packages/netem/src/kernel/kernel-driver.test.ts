import { Rate, Ratio } from '@podlag/core';
import fc from 'fast-check';
import type { Profile } from '../profile/profile';
import { passMinor, type QdiscTree, type Side } from '../tree/qdisc-tree';
import type { Packet } from '../tree/rules';
import { longestFirst } from '../tree/rule-set';
import { differences } from './differences';
import { FakeDriver } from './fake-driver';
import { classidOf, guestHookPref, handles, ingressDevice } from './handles';
import type { KernelDriverSettings } from './kernel-driver';
import type { Way } from './match-keys';
import type { Observed, ObservedClass, ObservedFilter } from './observed';
import { packetBytes, type PacketBytes } from './packet-bytes';
import { plan } from './plan';
import { delayed, expectedMinor, packet, side, tree } from './random-sides';
import type { SimulatedKernel } from './simulated-kernel';
import { everything } from './simulated-kernel';

const ways: readonly Way[] = ['egress', 'ingress'];
const empty: QdiscTree = { device: 'eth0', exemptions: [], egress: undefined, ingress: undefined };
const settings = { takeOverRoot: false, netem: true, timeToleranceSeconds: 1e-9 };

/** What happens to a packet at this moment: the profile of the leaf that it reaches, or nothing. */
function treatment(kernel: SimulatedKernel, way: Way, bytes: PacketBytes): Profile | undefined {
  if (way === 'egress') return profileIn(kernel, 'eth0', bytes);
  const led = kernel.device('eth0').redirectOf(bytes);
  return led === undefined ? undefined : profileIn(kernel, led, bytes);
}

function profileIn(kernel: SimulatedKernel, name: string, bytes: PacketBytes): Profile | undefined {
  const device = kernel.device(name);
  return device.profileOf(device.classOf(bytes));
}

function expected(asked: QdiscTree, way: Way, one: Packet): Profile | undefined {
  const minor = expectedMinor(asked, asked[way], one);
  return minor === passMinor
    ? undefined
    : asked[way]?.classes.find((shaped) => shaped.minor === minor)?.profile;
}

/** A packet, and what may happen to it. */
interface Watched {
  readonly way: Way;
  readonly one: Packet;
  readonly bytes: PacketBytes;
  readonly allowed: readonly (Profile | undefined)[];
}

/** The packets of both directions: each is to get what one of the trees says. */
function watch(samples: readonly Packet[], ...trees: readonly QdiscTree[]): readonly Watched[] {
  return ways.flatMap((way) =>
    samples.map((one) => ({
      ...{ way, one, bytes: packetBytes(one, way) },
      allowed: trees.map((asked) => expected(asked, way, one)),
    })),
  );
}

/** Plainly compared: `expect` would take longer than the kernel, a hundred thousand times. */
function requireAllowed(kernel: SimulatedKernel, watched: readonly Watched[], after?: unknown): void {
  for (const { bytes, ...packetAndWay } of watched) {
    const now = treatment(kernel, packetAndWay.way, bytes);
    if (!packetAndWay.allowed.includes(now)) throw new Error(JSON.stringify({ after, now, ...packetAndWay }));
  }
}

const packets = fc.array(packet, { minLength: 12, maxLength: 24 });

/** Filters are planned and confirmed from what is known of them, as with thousands. */
const fromMemory: KernelDriverSettings = { few: 0, singly: Number.MAX_VALUE };

/** A tree, and what a change of some of its blocks makes of it. */
const changedTree = fc
  .tuple(tree, tree, fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }))
  .map(([before, other, keep]): readonly [QdiscTree, QdiscTree] => [
    before,
    {
      ...other,
      exemptions: keep[0] ? before.exemptions : other.exemptions,
      egress: mixed(before.egress, other.egress, keep),
      ingress: mixed(before.ingress, other.ingress, keep),
    },
  ]);

function mixed(
  before: Side | undefined,
  other: Side | undefined,
  keep: readonly boolean[],
): Side | undefined {
  if (!before || !other) return other;
  const kept = before.rules.blocks.filter((_, index) => keep[index]);
  const known = new Set(kept.map(({ block }) => JSON.stringify(block)));
  const added = other.rules.blocks.filter(
    ({ block }, index) => !keep[index] && !known.has(JSON.stringify(block)),
  );
  const classes = new Map([...before.classes, ...other.classes].map((shaped) => [shaped.minor, shaped]));
  return {
    classes: [...classes.values()].sort((one, two) => one.minor - two.minor),
    rules: { blocks: longestFirst([...kept, ...added]), everybody: other.rules.everybody },
  };
}

test('from memory too, after each change of some blocks every packet gets what the tree says, and nothing is left', async () => {
  let singly = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(changedTree, { minLength: 1, maxLength: 3 }),
      packets,
      async (pairs, samples) => {
        const driver = new FakeDriver(undefined, fromMemory);
        const readFilters = jest.spyOn(driver.kernel, 'readFilters');
        for (const asked of pairs.flat()) {
          await driver.apply(asked);
          requireAllowed(driver.kernel, watch(samples, asked));
          // What the driver remembers is what is there.
          const fresh = new FakeDriver(driver.kernel);
          expect((await fresh.read(asked)).differences).toEqual([]);
          if (samples.length % 2 === 0) expect(await driver.tidy(asked, false)).toBe(true);
          expect(await driver.preview(asked)).toEqual([]);
        }
        singly += readFilters.mock.calls.length;
        await driver.apply(empty);
        expect(await driver.tidy(empty, false)).toBe(true);
        expect(await driver.kernel.read('eth0', 'plg-eth0')).toEqual(
          await new FakeDriver().kernel.read('eth0', 'plg-eth0'),
        );
      },
    ),
    { numRuns: 300 },
  );
  expect(singly).toBeGreaterThan(300);
}, 120_000);

test('a change that is planned from memory is hitless as well: at every step old or new for each packet', async () => {
  await fc.assert(
    fc.asyncProperty(changedTree, packets, async ([before, after], samples) => {
      const driver = new FakeDriver(undefined, fromMemory);
      const { kernel } = driver;
      await driver.apply(before);
      const observed = await kernel.read('eth0', 'plg-eth0');
      const { operations } = plan(after, observed, { ...settings, applied: new Map() }, before);
      const watched = watch(samples, before, after);
      for (const operation of operations) {
        expect(await kernel.run([operation])).toEqual([]);
        requireAllowed(kernel, watched, operation);
      }
      expect(differences(after, await kernel.read('eth0', 'plg-eth0'), settings)).toEqual([]);
    }),
    { numRuns: 300 },
  );
}, 120_000);

test('after a change every packet gets what the tree says, from any tree to any other', async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, packets, async (before, after, samples) => {
      const driver = new FakeDriver();
      await driver.apply(before);
      await driver.apply(after);
      requireAllowed(driver.kernel, watch(samples, after));
      expect(await driver.apply(after)).toMatchObject({ commands: [], decisive: undefined });
      expect((await driver.read(after)).differences).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('on the way from any tree to any other, each packet gets at every step what it got before or what it will get', async () => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(tree, tree, tree), packets, async ([earlier, before, after], samples) => {
      const driver = new FakeDriver();
      const { kernel } = driver;
      // What the first tree leaves behind is not to come to life again by the third.
      await driver.apply(earlier);
      await driver.apply(before);
      const { operations } = plan(after, await kernel.read('eth0', 'plg-eth0'), {
        ...settings,
        applied: new Map(),
      });
      const watched = watch(samples, before, after);
      for (const operation of operations) {
        expect(await kernel.run([operation])).toEqual([]);
        requireAllowed(kernel, watched, operation);
      }
    }),
    { numRuns: 1000 },
  );
}, 120_000);

test('after the last fault and a tidying, the device is as it was found', async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, async (one, other) => {
      const driver = new FakeDriver();
      const before = await driver.kernel.read('eth0', 'plg-eth0');
      for (const each of [one, other, empty]) await driver.apply(each);
      expect(await driver.tidy(empty, false)).toBe(true);
      expect(await driver.kernel.read('eth0', 'plg-eth0')).toEqual(before);
    }),
    { numRuns: 100 },
  );
});

test('whatever somebody takes out of the tree or turns round in it is seen, and put right', async () => {
  const tampering = fc.record({
    what: fc.nat(),
    how: fc.constantFrom('take', 'turn', 'double'),
    device: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      side,
      side,
      fc.array(tampering, { minLength: 1, maxLength: 4 }),
      async (egress, ingress, changes) => {
        const asked = { ...empty, egress, ingress };
        const driver = new FakeDriver();
        await driver.apply(asked);
        for (const { what, how, device } of changes) {
          driver.tamper(device ? 'eth0' : ingressDevice('eth0'), (observed) => tampered(observed, what, how));
        }
        await driver.apply(asked);
        expect((await driver.read(asked)).differences).toEqual([]);
        expect(await driver.apply(asked)).toMatchObject({ commands: [] });
      },
    ),
    { numRuns: 300 },
  );
});

function tampered(observed: Observed, what: number, how: string): Observed {
  const { filters } = observed;
  const victim = filters[what % Math.max(1, filters.length)];
  if (!victim?.u32) return observed;
  const others = filters.filter((one) => one !== victim);
  if (how === 'take') return { ...observed, filters: others };
  if (how === 'turn') {
    return {
      ...observed,
      filters: [...others, { ...victim, u32: { ...victim.u32, link: undefined, flowid: '1:99' } }],
    };
  }
  const handle = { ...victim.u32.handle, node: victim.u32.handle.node + 500 };
  return { ...observed, filters: [...filters, { ...victim, u32: { ...victim.u32, handle } }] };
}

test('after an agent that was killed in the middle of a change, the next one brings the device to what is asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(tree, tree, tree),
      fc.nat(200),
      packets,
      async ([first, second, third], moment, samples) => {
        const driver = new FakeDriver();
        const { kernel } = driver;
        await driver.apply(first);
        const { operations } = plan(second, await kernel.read('eth0', 'plg-eth0'), {
          ...settings,
          applied: new Map(),
        });
        await kernel.run(operations.slice(0, moment % (operations.length + 1)));
        const next = new FakeDriver(kernel);
        await next.apply(third);
        requireAllowed(kernel, watch(samples, third));
        await next.apply(empty);
        expect(await next.tidy(empty, false)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);

test.each(['divisor', 'pref'] as const)(
  "a hash table in ours' place with another %s is replaced with all that stands on it",
  async (field) => {
    const driver = new FakeDriver();
    const asked = { ...empty, egress: manyHosts(3) };
    await driver.apply(asked);
    driver.tamper('eth0', (observed) => ({
      ...observed,
      tables: observed.tables.map((table) => (table.id === 1 ? { ...table, [field]: 64 } : table)),
    }));
    await driver.apply(asked);
    expect((await driver.read(asked)).differences).toEqual([]);
    expect(driver.kernel.device('eth0').observed.tables).toContainEqual({
      parent: '1:',
      pref: 10,
      id: 1,
      divisor: 256,
    });
  },
);

/** One direction that has a block for each host, all with the same class. */
function manyHosts(count: number, minor = 0x10): Side {
  const blocks = Array.from({ length: count }, (_, index) => ({
    block: { family: 4 as const, words: [0x0a000000 + index * 7], prefixLength: 32 },
    verdict: { portRules: [], otherwise: minor },
  }));
  return {
    classes: [{ minor, faults: ['far'], profile: delayed(20) }],
    rules: { blocks, everybody: passMinor },
  };
}

test('one host among ten thousand is changed by one command, without a look at all the others', async () => {
  const driver = new FakeDriver();
  const first = manyHosts(10_000);
  await driver.apply({ ...empty, egress: first });
  const blocks = first.rules.blocks.map((rule, index) =>
    index === 5000 ? { ...rule, verdict: { portRules: [], otherwise: passMinor } } : rule,
  );
  const read = jest.spyOn(driver.kernel, 'read');
  const second = { ...empty, egress: { ...first, rules: { ...first.rules, blocks } } };
  expect((await driver.apply(second)).commands).toHaveLength(1);
  expect(read).not.toHaveBeenCalled();
  expect((await driver.read(second)).differences).toEqual([]);
});

test('what somebody changed among many filters is met with a refusal, and repaired from a look at everything', async () => {
  const driver = new FakeDriver();
  const first = manyHosts(200);
  await driver.apply({ ...empty, egress: first });
  driver.tamper('eth0', (observed) => ({
    ...observed,
    filters: observed.filters.filter(({ u32 }) => u32?.keys[0]?.value !== 0x0a000000 + 7 * 100),
  }));
  const blocks = first.rules.blocks.filter((_, index) => index !== 100);
  const second = { ...empty, egress: { ...first, rules: { ...first.rules, blocks } } };
  await driver.apply(second);
  expect((await driver.read(second)).differences).toEqual([]);
});

test('a change that somebody keeps undoing is not taken for done', async () => {
  const driver = new FakeDriver();
  const { kernel } = driver;
  const run = kernel.run.bind(kernel);
  jest.spyOn(kernel, 'run').mockImplementation(async (operations) => {
    const failures = await run(operations);
    driver.tamper('eth0', (observed) => ({
      ...observed,
      filters: observed.filters.filter(({ pref }) => pref !== 1),
    }));
    return failures;
  });
  await expect(driver.apply({ ...empty, egress: manyHosts(1) })).rejects.toMatchObject({
    code: 'not-confirmed',
  });
});

test('leaves that no class needs stay until they are empty, and no longer', async () => {
  const driver = new FakeDriver();
  const before: QdiscTree = { ...empty, egress: manyHosts(3, 0x10) };
  const after: QdiscTree = { ...empty, egress: manyHosts(3, 0x11) };
  await driver.apply(before);
  expect(await driver.apply(before)).toMatchObject({ leftovers: false });
  driver.kernel.device('eth0').queue('1:10', 3);
  expect(await driver.apply(after)).toMatchObject({ leftovers: true });
  expect(await driver.tidy(after, false)).toBe(false);
  expect(hasClass(driver, 0x10)).toBe(true);
  driver.kernel.device('eth0').queue('1:10', 0);
  expect(await driver.tidy(after, false)).toBe(true);
  expect(hasClass(driver, 0x10)).toBe(false);
  expect((await driver.read(after)).differences).toEqual([]);
});

test('a tree that still holds packets is taken away only by force', async () => {
  const driver = new FakeDriver();
  await driver.apply({ ...empty, egress: manyHosts(3), ingress: manyHosts(3) });
  await driver.apply(empty);
  driver.kernel.device('plg-eth0').queue('1:10', 3);
  expect(await driver.tidy(empty, false)).toBe(false);
  expect(driver.kernel.has('plg-eth0')).toBe(true);
  expect(await driver.tidy(empty, true)).toBe(true);
  expect(driver.kernel.has('plg-eth0')).toBe(false);
});

function hasClass({ kernel }: FakeDriver, minor: number): boolean {
  return kernel.device('eth0').observed.classes.some(({ classid }) => classid === classidOf(minor));
}

test("a clsact qdisc of somebody else's stays, with its filters", async () => {
  const driver = new FakeDriver();
  const theirs = {
    parent: 'ingress',
    pref: 7,
    protocol: 'ip',
    kind: 'flower',
    u32: undefined,
    bpf: undefined,
  };
  driver.tamperHook('eth0', () => ({ qdisc: 'clsact', filters: [theirs], egressFilters: [theirs] }));
  const before = await driver.kernel.read('eth0', 'plg-eth0');
  const { observed } = await driver.apply({ ...empty, ingress: manyHosts(1) });
  expect(observed.hook.filters.map(({ pref }) => pref)).toEqual([7, guestHookPref]);
  await driver.apply(empty);
  expect(await driver.tidy(empty, false)).toBe(true);
  expect(await driver.kernel.read('eth0', 'plg-eth0')).toEqual(before);
});

const filterAt = (pref: number, kind = 'flower'): ObservedFilter => ({
  ...{ parent: 'ingress', pref, protocol: 'ip', kind },
  ...{ u32: undefined, bpf: undefined },
});

test.each([
  ['without anybody else', [], []],
  [
    'a filter of theirs before ours, where packets may leave',
    [filterAt(7), filterAt(7)],
    [
      expect.stringMatching(
        /^eth0, ingress: the filter at pref 7 \(flower\).* comes before .*past every fault\.$/,
      ),
    ],
  ],
  [
    'the last pref that the kernel chooses by itself',
    [filterAt(49_152)],
    [expect.stringContaining('before')],
  ],
  ['one that ours hides', [filterAt(65_001, 'matchall')], [expect.stringContaining('sees no packet')]],
])('beside filters of others, which are no drift: %s', async (_, filters, cautions) => {
  const driver = new FakeDriver();
  driver.tamperHook('eth0', () => ({ qdisc: 'clsact', filters, egressFilters: [] }));
  const asked = { ...empty, ingress: manyHosts(1) };
  await driver.apply(asked);
  expect(await driver.read(asked)).toMatchObject({ differences: [] });
  expect((await driver.read(asked)).cautions).toEqual(cautions);
  expect((await driver.read({ ...empty, egress: manyHosts(1) })).cautions).toEqual([]);
});

test.each([
  ['a device of another kind', 'dummy', '0:', 'it is a dummy'],
  ['an IFB with a root qdisc of theirs', 'ifb', '8001:', 'tbf 8001:'],
])('under the name of the IFB: %s is neither used nor deleted', async (_, kind, handle, sign) => {
  const driver = new FakeDriver();
  driver.kernel.addDevice('plg-eth0', kind);
  driver.tamper('plg-eth0', (observed) => ({
    ...observed,
    qdiscs: observed.qdiscs.map((one) => ({ ...one, kind: 'tbf', handle })),
  }));
  await expect(driver.apply({ ...empty, ingress: manyHosts(1) })).rejects.toMatchObject({
    code: 'foreign-ifb',
    detail: expect.stringContaining(sign),
  });
  await driver.tidy(empty, true);
  expect(driver.kernel.has('plg-eth0')).toBe(true);
});

test('what is no IFB is not deleted even with a tree of ours on it', async () => {
  const driver = new FakeDriver();
  await driver.apply({ ...empty, ingress: manyHosts(1) });
  const behind = driver.kernel.device('plg-eth0');
  behind.link = { kind: 'dummy', up: true };
  await driver.apply(empty);
  await driver.tidy(empty, true);
  expect(driver.kernel.has('plg-eth0')).toBe(true);
});

test('an IFB that is there and bears nothing is taken, set up, and taken away afterwards', async () => {
  const driver = new FakeDriver();
  driver.kernel.addDevice('plg-eth0', 'ifb');
  driver.kernel.device('plg-eth0').link = { kind: 'ifb', up: false };
  const { commands } = await driver.apply({ ...empty, ingress: manyHosts(1) });
  expect(commands).toContain('ip link set dev plg-eth0 up');
  await driver.apply(empty);
  expect(await driver.tidy(empty, false)).toBe(true);
  expect(driver.kernel.has('plg-eth0')).toBe(false);
});

test('an IFB that somebody sets down is seen, and set up again', async () => {
  const driver = new FakeDriver();
  const asked = { ...empty, ingress: manyHosts(100) };
  await driver.apply(asked);
  driver.kernel.device('plg-eth0').link = { kind: 'ifb', up: false };
  expect((await driver.read(asked)).differences).toEqual([
    { what: 'device plg-eth0', asked: 'up', observed: 'down' },
  ]);
  expect((await driver.apply(asked)).commands).toEqual(['ip link set dev plg-eth0 up']);
  expect((await driver.read(asked)).differences).toEqual([]);
});

test.each<[string, Partial<ObservedClass>, string]>([
  [handles.passClass, { rateBytesPerSecond: 1000, ceilBytesPerSecond: 1000 }, 'class 1:1'],
  ['1:10', { rateBytesPerSecond: 1000 }, 'class 1:10'],
  ['1:10', { ceilBytesPerSecond: 1000 }, 'class 1:10'],
])('a rate that somebody gives to class %s is seen, and taken back: %j', async (classid, rates, what) => {
  const driver = new FakeDriver();
  const asked = { ...empty, egress: manyHosts(1) };
  await driver.apply(asked);
  driver.tamper('eth0', (observed) => ({
    ...observed,
    classes: observed.classes.map((one) => (one.classid === classid ? { ...one, ...rates } : one)),
  }));
  expect((await driver.read(asked)).differences.map((one) => one.what)).toEqual([what]);
  expect((await driver.apply(asked)).commands).toEqual([
    expect.stringContaining(`tc class replace dev eth0 parent 1: classid ${classid} htb rate 100gbit`),
  ]);
  expect((await driver.read(asked)).differences).toEqual([]);
});

test('a queue that somebody shortens for what meets no fault is seen, and lengthened in place', async () => {
  const driver = new FakeDriver();
  const asked = { ...empty, egress: manyHosts(1) };
  await driver.apply(asked);
  driver.tamper('eth0', (observed) => ({
    ...observed,
    qdiscs: observed.qdiscs.map((one) => (one.kind === 'pfifo' ? { ...one, limit: 1 } : one)),
  }));
  expect((await driver.read(asked)).differences).toEqual([
    { what: 'leaf of 1:1', asked: 'limit 10000', observed: 'limit 1' },
  ]);
  expect((await driver.apply(asked)).commands).toEqual([
    'tc qdisc replace dev eth0 parent 1:1 handle 2: pfifo limit 10000',
  ]);
  expect((await driver.read(asked)).differences).toEqual([]);
});

test('a leaf that is refused leaves every packet where it was', async () => {
  const driver = new FakeDriver();
  await driver.apply({ ...empty, egress: manyHosts(3) });
  const { kernel } = driver;
  const run = kernel.run.bind(kernel);
  jest.spyOn(kernel, 'run').mockImplementation(async (operations) => {
    const refused = operations.find((one) => one.kind === 'qdisc');
    if (!refused) return run(operations);
    const error = Object.assign(new Error('no'), { code: 'kernel-lacks' });
    return [{ operation: refused, error: error as never }];
  });
  await expect(driver.apply({ ...empty, egress: manyHosts(3, 0x11) })).rejects.toThrow('no');
  const flowids = kernel.device('eth0').observed.filters.map(({ u32 }) => u32?.flowid);
  expect(flowids).not.toContain('1:11');
});

test('a device that was made anew is shaped anew', async () => {
  const driver = new FakeDriver();
  const asked = { ...empty, egress: manyHosts(100) };
  await driver.apply(asked);
  driver.kernel.removeDevice('eth0');
  await expect(driver.apply(asked)).rejects.toMatchObject({ code: 'device-missing' });
  driver.kernel.addDevice('eth0');
  expect((await driver.apply(asked)).commands.length).toBeGreaterThan(100);
  expect((await driver.read(asked)).differences).toEqual([]);
});

test('without netem a leaf is made of HTB and cls_bpf, and changed in place', async () => {
  const driver = new FakeDriver();
  driver.capable = {
    ...everything,
    netem: { available: false, code: 'netem-missing', reason: '', hint: '' },
  };
  const lossy = (minor: number, fraction: number): QdiscTree => {
    const one = manyHosts(1, minor);
    const [shaped] = one.classes;
    const loss = { kind: 'random', ratio: Ratio.ofFraction(fraction), correlation: Ratio.zero } as const;
    return { ...empty, egress: { ...one, classes: [{ ...shaped!, profile: { ...delayed(0), loss } }] } };
  };
  expect(
    (await driver.apply(lossy(0x10, 0.3))).commands.filter((line) => / (parent|handle) 10:/.test(line)),
  ).toEqual([
    expect.stringContaining('qdisc add dev eth0 parent 1:10 handle 10: htb default 1'),
    expect.stringContaining('class replace dev eth0 parent 10: classid 10:1 htb'),
    'tc qdisc replace dev eth0 parent 10:1 pfifo limit 1000',
    expect.stringContaining('filter add dev eth0 parent 10: pref 1 protocol all handle 0x1 bpf da'),
  ]);
  expect((await driver.apply(lossy(0x10, 1))).commands).toEqual([expect.stringMatching(/bpf.*6 0 0 4/)]);
  expect((await driver.apply(lossy(0x10, 0))).commands).toEqual([expect.stringMatching(/filter del/)]);
  expect((await driver.read(lossy(0x10, 0))).differences).toEqual([]);
  await driver.apply(empty);
  expect(await driver.tidy(empty, false)).toBe(true);
});

test('without netem another rate is given in place, and its queue keeps what it holds', async () => {
  const driver = new FakeDriver();
  driver.capable = {
    ...everything,
    netem: { available: false, code: 'netem-missing', reason: '', hint: '' },
    // As through tc, where the two rates read the same.
    timeStepNanoseconds: 1000,
  };
  const slow = (bits: number): QdiscTree => {
    const one = manyHosts(1);
    const [shaped] = one.classes;
    const profile = { ...delayed(0), rate: Rate.parse(`${bits}bit`) };
    return { ...empty, egress: { ...one, classes: [{ ...shaped!, profile }] } };
  };
  await driver.apply(slow(10_000_000));
  expect((await driver.apply(slow(10_001_000))).commands).toEqual([
    expect.stringContaining('classid 10:1 htb rate 10.001mbit'),
  ]);
  driver.tamper('eth0', (observed) => ({
    ...observed,
    qdiscs: observed.qdiscs.map((one) => (one.parent === '10:1' ? { ...one, limit: 1 } : one)),
  }));
  expect((await driver.read(slow(10_001_000))).differences).toHaveLength(1);
  expect((await driver.apply(slow(10_001_000))).commands).toEqual([
    expect.stringMatching(/^tc qdisc change dev eth0 parent 10:1 handle [0-9a-f]+: pfifo limit 1000$/),
  ]);
});
