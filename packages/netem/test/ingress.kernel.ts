import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { netlinkDriver, tcDriver, type QdiscDriver, type QdiscTree } from '@podlag/netem';
import { treeFor } from './driver-conformance';
import { makeLink, snapshot, type Link } from './link';
import { coldPing, median, pingOnce, pings } from './ping';
import { echoServer, roundTripMs } from './round-trip';

jest.setTimeout(120_000);

let link: Link;
let byNetlink: QdiscDriver;
let byTc: QdiscDriver;
let driver: QdiscDriver;
let server: ChildProcess;
let idleMs: number;

beforeAll(async () => {
  link = makeLink();
  driver = byNetlink = netlinkDriver();
  byTc = tcDriver({
    tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-tc-')),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  server = await echoServer(link, [2379]);
  idleMs = median(await pings(link, 20));
});
const tree = (...documents: Record<string, unknown>[]): QdiscTree => treeFor(link.device, ...documents);
const clear = async (): Promise<void> => {
  await driver.apply(tree());
  await driver.tidy(tree(), true);
};
afterEach(clear);
afterAll(() => {
  server.kill();
  byNetlink.close();
  byTc.close();
  link.remove();
});

const tc = (...args: string[]): string => execFileSync('tc', args, { encoding: 'utf8' });
const added = async (count = 20): Promise<number> => median(await pings(link, count)) - idleMs;

async function expectWaiting(time: string): Promise<void> {
  await driver.apply(tree({ delay: { time }, direction: 'ingress' }));
  const asked = Number.parseInt(time, 10);
  const found = await added();
  process.stdout.write(`    asked ${time}, measured ${found.toFixed(3)} ms\n`);
  // The IFB device is one more queue, and in this bed one more turn of its one CPU.
  expect(found).toBeGreaterThanOrEqual(asked - 0.1);
  expect(found).toBeLessThanOrEqual(asked + 0.6);
}

test.each(['1ms', '20ms'])('what comes waits %s', expectWaiting);

async function expectRoundTrip(_: string, document: Record<string, unknown>, askedMs: number): Promise<void> {
  await driver.apply(tree(document));
  const found = await added();
  expect(found).toBeGreaterThanOrEqual(askedMs - 0.1);
  expect(found).toBeLessThanOrEqual(askedMs + 0.8);
}

const roundTrips: readonly (readonly [string, Record<string, unknown>, number])[] = [
  ['a time holds each way', { delay: { time: '10ms' }, direction: 'both' }, 20],
  ['a round trip is shared out', { delay: { rtt: '20ms' }, direction: 'both' }, 20],
  ['a round trip is whole on the way in', { delay: { rtt: '20ms' }, direction: 'ingress' }, 20],
  ['a round trip is whole on the way out', { delay: { rtt: '20ms' } }, 20],
];
test.each(roundTrips)('of both directions %s', expectRoundTrip);

test('each direction has targets of its own', async () => {
  await driver.apply(
    tree(
      {
        delay: { time: '10ms' },
        direction: 'ingress',
        to: [{ cidr: '10.100.0.1' }, { cidr: 'fd99:1::/64' }],
      },
      { delay: { time: '20ms' }, to: [{ cidr: '10.100.0.0/24' }] },
    ),
  );
  const steps = async (address: string): Promise<number> =>
    Math.round((await roundTripMs({ protocol: 'icmp', address }))! / 10);
  expect(await steps('10.100.0.1')).toBe(3);
  expect(await steps('10.100.0.2')).toBe(2);
  expect(await steps('fd99:1::1')).toBe(1);
  expect(await steps('fd99:1:0:1::1')).toBe(0);
});

test('ports of the peer on what comes from there', async () => {
  await driver.apply(
    tree({ delay: { time: '20ms' }, direction: 'ingress', to: [{ ports: [2379], protocol: 'tcp' }] }),
  );
  const address = '10.100.0.1';
  expect(await roundTripMs({ protocol: 'tcp', address, port: 2379 })).toBeGreaterThan(19.9);
  expect(await roundTripMs({ protocol: 'udp', address, port: 2379 })).toBeLessThan(10);
});

test('a fifth of what comes is lost', async () => {
  await driver.apply(tree({ loss: { ratio: '20%' }, direction: 'ingress' }));
  const count = 1000;
  const flood = [
    'netns',
    'exec',
    link.peer,
    'ping',
    '-q',
    '-f',
    '-c',
    String(count),
    '-W',
    '0.2',
    link.address,
  ];
  const report = execFileSync('ip', flood, { encoding: 'utf8' });
  const lost = 1 - Number(/ (\d+) received/.exec(report)?.[1]) / count;
  process.stdout.write(`    lost ${(lost * 100).toFixed(1)} %\n`);
  // Four standard deviations of 1,000 draws.
  expect(Math.abs(lost - 0.2)).toBeLessThan(0.05);
});

test('a partition of what comes lets nothing in, and ends at once', async () => {
  await driver.apply(tree({ partition: true, direction: 'ingress' }));
  expect(await pingOnce(link, link.address, 1)).toBeUndefined();
  await driver.apply(tree());
  expect(await pingOnce(link)).toBeLessThan(100);
});

test('neighbours are found as fast as ever, and the exempt port is untouched', async () => {
  const slow = { delay: { time: '100ms' }, direction: 'both' };
  await driver.apply(tree(slow));
  // Twice the delay, not four times: the question for the hardware address waits for nothing.
  for (const address of [link.address, link.address6]) {
    const first = await coldPing(link, address);
    expect(first).toBeGreaterThan(199);
    expect(first).toBeLessThan(230);
  }
  const connect = { protocol: 'tcp', address: link.peerAddress, port: 2379 } as const;
  expect(await roundTripMs(connect)).toBeGreaterThan(199);
  expect(await roundTripMs({ ...connect, localPort: 2332 })).toBeLessThan(50);
});

async function expectNothingLeft(): Promise<void> {
  const before = snapshot();
  await driver.apply(tree({ delay: { time: '20ms' }, direction: 'both', to: [{ cidr: '10.100.0.1' }] }));
  expect(snapshot()).not.toBe(before);
  await driver.apply(tree());
  while (!(await driver.tidy(tree(), false)));
  expect(snapshot()).toBe(before);
}

test('the last fault gone, everything is as it was found, the device behind too', expectNothingLeft);

type Guest = readonly [hook: string, qdisc: string, places: readonly string[], pref: string | undefined];

const guests: readonly Guest[] = [
  ['clsact with filters of its own both ways', 'clsact', ['ingress', 'egress'], '7'],
  ['an ingress qdisc with a filter of its own', 'ingress', ['ingress'], '7'],
  ['clsact with a filter whose pref the kernel chose', 'clsact', ['ingress'], undefined],
];

async function expectPolicyInForce(...[, hook, places, pref]: Guest): Promise<void> {
  tc('qdisc', 'add', 'dev', link.device, hook);
  try {
    for (const place of places) {
      const where = ['dev', link.device, place, ...(pref === undefined ? [] : ['pref', pref])];
      const peer = [place === 'ingress' ? 'src_ip' : 'dst_ip', '10.100.0.9'];
      tc('filter', 'add', ...where, 'protocol', 'ip', 'handle', '7', 'flower', ...peer, 'action', 'drop');
    }
    const dropped = { protocol: 'icmp', address: '10.100.0.9' } as const;
    // A figure of its own appears when a filter has been asked: not what this test is about.
    const found = (): string => snapshot().replace(/(used|installed) \d+ sec/g, '');
    const before = found();
    const slow = tree({ delay: { time: '20ms' }, direction: 'ingress' });
    await driver.apply(slow);
    expect(await added(5)).toBeGreaterThan(19.9);
    expect(await roundTripMs(dropped)).toBeUndefined();
    expect(await driver.read(slow)).toMatchObject({
      differences: [],
      cautions: [expect.stringMatching(/at pref \d+ \(flower\), .* may take packets past every fault\.$/)],
    });
    await driver.apply(tree());
    while (!(await driver.tidy(tree(), false)));
    expect(found()).toBe(before);
    expect(await roundTripMs(dropped)).toBeUndefined();
  } finally {
    tc('qdisc', 'del', 'dev', link.device, hook);
  }
}

test.each(guests)('beside somebody else’s: %s', expectPolicyInForce);

describe('by tc', () => {
  beforeAll(() => (driver = byTc));
  afterAll(() => (driver = byNetlink));

  test.each(['20ms'])('what comes waits %s', expectWaiting);
  test.each(roundTrips.slice(0, 2))('of both directions %s', expectRoundTrip);
  test('the last fault gone, everything is as it was found, the device behind too', expectNothingLeft);
  test.each(guests.slice(1))('beside somebody else’s: %s', expectPolicyInForce);
});
