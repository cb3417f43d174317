import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, parseFault, Rate } from '@podlag/core';
import type { ObservedDevice, ObservedNetem } from '../src/kernel/observed';
import type { FilterPlace, Operation } from '../src/kernel/operation';
import type { FilterRef, Transport } from '../src/kernel/transport';
import { NetlinkTransport } from '../src/netlink/netlink-transport';
import { compose } from '../src/profile/compose';
import type { Profile } from '../src/profile/profile';
import { TcTransport } from '../src/tc/tc-transport';

/** What one transport writes, both read, and read as the same. */

jest.setTimeout(120_000);

const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const device = 'podlag-codec';
const ifb = 'plg-codec';
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

let netlink: NetlinkTransport;
let tc: TcTransport;

beforeAll(() => {
  netlink = new NetlinkTransport();
  tc = new TcTransport({ tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-codec-')), env });
});
afterAll(() => {
  netlink.close();
  tc.close();
});
beforeEach(() => {
  ip('link', 'add', device, 'up', 'type', 'dummy');
  // Its children keep the index of the device of the test before.
  tc.close();
});
afterEach(() => {
  ip('link', 'del', device);
  execFileSync('sh', ['-c', 'ip link del "$1" 2>/dev/null || true', 'sh', ifb]);
});

const place: FilterPlace = { device, parent: '1:', pref: 10, protocol: 'all' };
const exact: FilterPlace = { ...place, pref: 100, protocol: 'ip' };

const profileOf = (document: Record<string, unknown>): Profile =>
  compose([parseFault(document, 'codec')], 'egress');

const leaf = (verb: 'add' | 'change', profile: Profile): Operation => ({
  kind: 'qdisc',
  verb,
  device,
  parent: '1:10',
  handle: '10:',
  spec: { kind: 'netem', profile, was: undefined },
});

const base: readonly Operation[] = [
  {
    kind: 'qdisc',
    verb: 'add',
    device,
    parent: 'root',
    handle: '1:',
    spec: { kind: 'htb', defaultMinor: 1, directQueueLength: 2332 },
  },
  { kind: 'class', verb: 'replace', device, parent: '1:', classid: '1:1', rate: undefined },
  { kind: 'class', verb: 'replace', device, parent: '1:', classid: '1:10', rate: Rate.parse('10mbit') },
  {
    kind: 'qdisc',
    verb: 'add',
    device,
    parent: '1:1',
    handle: '2:',
    spec: { kind: 'pfifo', limit: 10_000 },
  },
];

const host = (node: number, value: number): Operation => ({
  kind: 'u32',
  verb: 'add',
  ...place,
  handle: { table: 0x101, bucket: 5, node },
  keys: [
    { value, mask: 0xffff_ffff, offset: 16 },
    { value: 0x0006_0000, mask: 0x00ff_0000, offset: 8 },
  ],
  target: node === 1 ? { flowid: '1:10' } : { link: 0x300, hash: undefined },
});

const everything: readonly Operation[] = [
  ...base,
  leaf('add', profileOf({ delay: { time: '20ms' } })),
  { kind: 'table', verb: 'add', ...place, table: 0x101, divisor: 256 },
  { kind: 'table', verb: 'add', ...place, table: 0x300, divisor: 1 },
  {
    kind: 'u32',
    verb: 'add',
    ...place,
    handle: { table: 0x300, bucket: 0, node: 1 },
    keys: [],
    target: { flowid: '1:10' },
  },
  host(1, 0x0a00_0005),
  host(2, 0x0a00_0105),
  {
    kind: 'u32',
    verb: 'add',
    ...exact,
    handle: { table: 'root', bucket: 0, node: 1 },
    keys: [],
    target: { link: 0x101, hash: { mask: 0xff, offset: 16 } },
  },
  {
    kind: 'u32',
    verb: 'add',
    ...{ ...place, pref: 1, protocol: 'arp' },
    handle: { table: 'root', bucket: 0, node: 1 },
    keys: [],
    target: { flowid: '1:1' },
  },
  {
    kind: 'qdisc',
    verb: 'add',
    device,
    parent: 'clsact',
    handle: undefined,
    spec: { kind: 'clsact' },
  },
  { kind: 'link', verb: 'add', device: ifb },
  {
    kind: 'u32',
    verb: 'add',
    ...{ ...place, parent: 'ingress', pref: 2332 },
    handle: { table: 'root', bucket: 0, node: 1 },
    keys: [],
    target: { redirect: ifb },
  },
  {
    kind: 'qdisc',
    verb: 'add',
    device: ifb,
    parent: 'root',
    handle: '1:',
    spec: { kind: 'htb', defaultMinor: 1, directQueueLength: 2332 },
  },
  { kind: 'class', verb: 'replace', device: ifb, parent: '1:', classid: '1:1', rate: undefined },
  {
    kind: 'bpf',
    verb: 'add',
    ...{ ...place, device: ifb, pref: 1 },
    handle: 1,
    program: [
      { code: 32, jt: 0, jf: 0, k: 4_294_963_256 },
      { code: 6, jt: 0, jf: 0, k: 4_294_967_295 },
    ],
  },
];

async function runAll(transport: Transport, operations: readonly Operation[]): Promise<void> {
  expect((await transport.run(operations)).map(({ error }) => error.detail)).toEqual([]);
}

/** As tc can print it: netem's numbers with six digits, times in whole microseconds, no seed. */
function coarse({ egress, ...rest }: ObservedDevice): unknown {
  const digits = (value: number): number => Number(value.toPrecision(5));
  const short = (key: string, value: unknown): unknown => {
    if (key === 'seed' || key === 'counters') return undefined;
    return typeof value === 'number' && !Number.isInteger(value) ? digits(value) : value;
  };
  return JSON.parse(JSON.stringify({ egress, ...rest }, short));
}

test.each(['netlink', 'tc'] as const)(
  'a whole tree that %s made is read as the same by both',
  async (name) => {
    const writer = name === 'tc' ? tc : netlink;
    await runAll(writer, everything);
    const [byNetlink, byTc] = [await netlink.read(device, ifb), await tc.read(device, ifb)];
    expect(coarse(byNetlink)).toEqual(coarse(byTc));
    expect(byNetlink.hook).toMatchObject({ qdisc: 'clsact', filters: [{ u32: { redirect: ifb } }] });
    expect(byNetlink.ingress?.filters).toMatchObject([{ kind: 'bpf', bpf: { handle: 1 } }]);
    expect(byNetlink.egress.filters.map(({ u32 }) => u32?.link)).toEqual(
      expect.arrayContaining([undefined, 0x300, 0x101]),
    );
  },
);

test('filters are read one by one, and changed from a class to a link and back', async () => {
  await runAll(netlink, everything);
  const ref = (node: number): FilterRef => ({ ...place, handle: { table: 0x101, bucket: 5, node } });
  const root: FilterRef = { ...exact, handle: { table: 'root', bucket: 0, node: 1 } };
  const change = (node: number, target: Extract<Operation, { kind: 'u32' }>['target']): Operation => ({
    ...{ kind: 'u32', verb: 'change', ...ref(node), keys: [], target },
  });
  await runAll(netlink, [change(1, { link: 0x300, hash: undefined }), change(2, { flowid: '1:10' })]);
  const refs = [ref(1), ref(2), ref(3), root];
  const found = await netlink.readFilters(refs);
  expect(found.map((filter) => filter?.u32?.link)).toEqual([0x300, undefined, undefined, 0x101]);
  expect(found.map((filter) => filter?.u32?.flowid)).toEqual([undefined, '1:10', undefined, undefined]);
  expect(found[2]).toBeUndefined();
  expect(found).toEqual(await tc.readFilters(refs));
  await runAll(netlink, [
    { kind: 'u32', verb: 'delete', ...root, keys: [], target: undefined },
    { kind: 'u32', verb: 'delete', ...ref(1), keys: [], target: undefined },
    { kind: 'u32', verb: 'delete', ...ref(2), keys: [], target: undefined },
    { kind: 'table', verb: 'delete', ...place, table: 0x101, divisor: undefined },
    { kind: 'pref', verb: 'delete', ...place, pref: 1, protocol: 'arp' },
  ]);
  const { egress } = await netlink.read(device, ifb);
  expect(egress.tables.map(({ id }) => id)).toEqual([0x300]);
  expect(egress.filters).toHaveLength(1);
});

const documents: readonly Record<string, unknown>[] = [
  { delay: { time: '20ms' } },
  { delay: { time: '20ms', jitter: '5ms', correlation: '25%', distribution: 'normal' } },
  { loss: { ratio: '10%', correlation: '5%' } },
  { loss: { gemodel: { p: '1%', r: '10%', h: '30%', k: '99.9%' } } },
  { loss: { state: { p13: '1%', p31: '10%', p32: '20%', p23: '30%', p14: '4%' } } },
  { duplicate: { ratio: '1%' } },
  { corrupt: { ratio: '0.1%', correlation: '5%' } },
  { delay: { time: '10ms' }, reorder: { ratio: '25%', correlation: '50%', gap: 5 } },
  { rate: '10mbit' },
  { rate: '100gbit' },
  { partition: true },
];

async function leafNow(transport: Transport): Promise<ObservedNetem | undefined> {
  const { qdiscs } = await transport.readQdiscs(device);
  return qdiscs.find(({ handle }) => handle === '10:')?.netem;
}

test('a leaf is changed from anything to anything, and nothing is left of what it was', async () => {
  await runAll(netlink, [...base, leaf('add', profileOf({ delay: { time: '1ms' } }))]);
  for (const document of [...documents, ...[...documents].reverse()]) {
    await runAll(netlink, [leaf('change', profileOf(document))]);
    const byNetlink = await leafNow(netlink);
    const byTc = await leafNow(tc);
    const rough = (netem: ObservedNetem | undefined): unknown =>
      JSON.parse(
        JSON.stringify(netem, (key, value: unknown) => {
          if (key === 'seed') return undefined;
          return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
        }),
      );
    expect({ document, leaf: rough(byNetlink) }).toEqual({ document, leaf: rough(byTc) });
  }
  // tc shows nothing of a correlation that counts for nothing.
  await runAll(netlink, [leaf('change', profileOf({ duplicate: { ratio: '1%', correlation: '50%' } }))]);
  expect((await leafNow(netlink))?.duplicate?.correlation).toBeCloseTo(0.5, 8);
});

test.each([1, 63, 250_001, 20_000_001, 300_000_000_000, 3_599_999_999_999])(
  'a delay of %p ns is in force to the nanosecond',
  async (nanoseconds) => {
    const plain = profileOf({ delay: { time: '1ms' } });
    const delay = { ...plain.delay, time: Duration.ofNanoseconds(nanoseconds) };
    await runAll(netlink, [...base, leaf('add', { ...plain, delay, seed: 42 })]);
    const found = await leafNow(netlink);
    expect(Math.round((found?.delaySeconds ?? 0) * 1e9)).toBe(nanoseconds);
    expect(found?.seed).toBe(42n);
  },
);

test('five thousand filters go in at once; each that is refused is named, and the others are there', async () => {
  const hosts = Array.from({ length: 5_000 }, (_, at): Operation => {
    const bucket = at % 256;
    return {
      kind: 'u32',
      verb: 'add',
      ...place,
      handle: { table: 0x101, bucket, node: 1 + Math.floor(at / 256) },
      keys: [{ value: 0x0a00_0000 + at, mask: 0xffff_ffff, offset: 16 }],
      target: { flowid: at % 1_000 === 999 ? '7:77' : '1:10' },
    };
  });
  const twice = hosts.filter((_, at) => at % 500 === 0);
  await runAll(netlink, [...base, { kind: 'table', verb: 'add', ...place, table: 0x101, divisor: 256 }]);
  const failures = await netlink.run([...hosts, ...twice]);
  expect(failures.map(({ operation }) => operation)).toEqual(twice);
  expect(new Set(failures.map(({ error }) => error.code))).toEqual(new Set(['tc-failed']));
  expect((await netlink.read(device, ifb)).egress.filters).toHaveLength(5_000);
});

test('a thousand refusals in a row find room in the receive buffer', async () => {
  const nothing: Operation = {
    kind: 'class',
    verb: 'delete',
    device,
    parent: '1:',
    classid: '1:77',
    rate: undefined,
  };
  const failures = await netlink.run(Array.from({ length: 1_000 }, () => ({ ...nothing })));
  expect(failures).toHaveLength(1_000);
});

test.each<readonly [string, Operation, string, string]>([
  ['a device that is not there', { ...base[1]!, device: 'nodevice0' }, 'device-missing', 'nodevice0'],
  ['a class without its qdisc', base[1]!, 'tc-failed', 'tc class replace'],
  ['a leaf without its class', leaf('add', profileOf({ rate: '1mbit' })), 'tc-failed', 'tc qdisc add'],
])('%s is refused', async (_, operation, code, words) => {
  const [failure] = await netlink.run([operation]);
  expect(failure?.error).toMatchObject({ code, detail: expect.stringContaining(words) });
});

test('a device that is made anew under its name is found: it has another index', async () => {
  for (let round = 0; round < 3; round += 1) {
    await runAll(netlink, base);
    expect((await netlink.read(device, ifb)).egress.qdiscs.map(({ handle }) => handle)).toEqual(['1:', '2:']);
    ip('link', 'del', device);
    await expect(netlink.read(device, ifb)).rejects.toMatchObject({ code: 'device-missing' });
    ip('link', 'add', device, 'up', 'type', 'dummy');
  }
});

test('what the kernel can do is found out without tc and ip', async () => {
  const capabilities = await netlink.probe();
  expect(capabilities).toMatchObject({
    driver: 'netlink',
    iproute2: undefined,
    tree: { available: true },
    netem: { available: true },
    ingress: { available: true },
    timeStepNanoseconds: 1,
  });
  expect(ip('-o', 'link')).not.toContain('podlag-probe');
});
