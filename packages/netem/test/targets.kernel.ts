import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  explain,
  netlinkDriver,
  tcDriver,
  type Packet,
  type QdiscDriver,
  type QdiscTree,
} from '@podlag/netem';
import { treeAfter, treeFor } from './driver-conformance';
import { makeLink, type Link } from './link';
import { randomNumbers } from './random-changes';
import { echoServer, roundTripMs, type Question } from './round-trip';

jest.setTimeout(120_000);

/** Borders of the ranges below, and what lies beside them. */
const ports = [22, 2379, 2380, 20159, 20160, 20170, 20180, 20181];

let link: Link;
let byNetlink: QdiscDriver;
let byTc: QdiscDriver;
let driver: QdiscDriver;
let server: ChildProcess;
let tree: QdiscTree;

beforeAll(async () => {
  link = makeLink();
  driver = byNetlink = netlinkDriver();
  byTc = tcDriver({
    tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-tc-')),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  server = await echoServer(link, ports);
});
beforeEach(() => (tree = treeFor(link.device)));
afterEach(async () => {
  await driver.apply(treeFor(link.device));
  await driver.tidy(treeFor(link.device), true);
});
afterAll(() => {
  server.kill();
  byNetlink.close();
  byTc.close();
  link.remove();
});

const set = async (...documents: Record<string, unknown>[]): Promise<void> => {
  tree = treeAfter(tree, ...documents);
  await driver.apply(tree);
};

/** The delay of one packet, in whole steps of 10 ms: what the bed adds is less than half a step. */
const stepMs = 10;
const steps = async (question: Question): Promise<number | 'lost'> => {
  const found = await roundTripMs(question);
  return found === undefined ? 'lost' : Math.round(found / stepMs);
};
const delayOf = (count: number): Record<string, unknown> => ({ delay: { time: `${count * stepMs}ms` } });
const icmp = (address: string): Question => ({ protocol: 'icmp', address });
const tcp = (address: string, port: number): Question => ({ protocol: 'tcp', address, port });
const udp = (address: string, port: number): Question => ({ protocol: 'udp', address, port });

const [b, c, d] = ['10.100.0.2', '10.100.0.3', '10.100.1.2'] as const;
const [b6, c6] = ['fd99:1::2', 'fd99:1::3'] as const;

test('a delay to B leaves C and D alone, and who sends with a type of service too', async () => {
  await set({ ...delayOf(3), to: [{ cidr: b }] });
  expect(await steps(icmp(b))).toBe(3);
  expect(await steps({ ...icmp(b), typeOfService: '0x08' })).toBe(3);
  for (const other of [c, d, link.peerAddress, b6]) {
    expect(await steps(icmp(other))).toBe(0);
    expect(await steps({ ...icmp(other), typeOfService: '0x08' })).toBe(0);
  }
});

type Case = readonly [
  whom: string,
  document: Record<string, unknown>,
  expected: readonly (readonly [Question, number | 'lost'])[],
];

const cases: readonly Case[] = [
  [
    'an IPv6 host and no other',
    { ...delayOf(3), to: [{ cidr: b6 }] },
    [
      [icmp(b6), 3],
      [icmp(c6), 0],
      [icmp('fd99:1:0:1::2'), 0],
      [icmp(b), 0],
    ],
  ],
  [
    'a block to its last address and not one beyond',
    { ...delayOf(3), to: [{ cidr: '10.100.4.0/22' }] },
    [
      [icmp('10.100.3.255'), 0],
      [icmp('10.100.4.0'), 3],
      [icmp('10.100.7.255'), 3],
      [icmp('10.100.8.0'), 0],
    ],
  ],
  [
    'a block of which no byte is whole',
    { ...delayOf(3), to: [{ cidr: '10.0.0.0/7' }] },
    [
      [icmp(b), 3],
      [icmp('10.99.0.2'), 3],
      [icmp(b6), 0],
    ],
  ],
  [
    'an IPv6 block within a word and across words',
    { ...delayOf(3), to: [{ cidr: 'fd99:1:0:4::/62' }] },
    [
      [icmp('fd99:1:0:3::1'), 0],
      [icmp('fd99:1:0:4::1'), 3],
      [icmp('fd99:1:0:7:ffff::1'), 3],
      [icmp('fd99:1:0:8::1'), 0],
    ],
  ],
  [
    'one port of one host',
    { ...delayOf(3), to: [{ cidr: b, ports: [2379] }] },
    [
      [tcp(b, 2379), 3],
      [udp(b, 2379), 3],
      [tcp(b, 2380), 0],
      [tcp(c, 2379), 0],
      [icmp(b), 0],
    ],
  ],
  [
    'a port range with its borders, of TCP alone',
    { ...delayOf(3), to: [{ ports: ['20160-20180'], protocol: 'tcp' }] },
    [
      [tcp(b, 20159), 0],
      [tcp(b, 20160), 3],
      [tcp(c6, 20170), 3],
      [tcp(b6, 20180), 3],
      [tcp(b, 20181), 0],
      [udp(b, 20170), 0],
    ],
  ],
  [
    'a protocol',
    {
      ...delayOf(3),
      to: [
        { cidr: '10.100.0.0/24', protocol: 'icmp' },
        { cidr: '::/0', protocol: 'udp' },
      ],
    },
    [
      [icmp(b), 3],
      [icmp(d), 0],
      [tcp(b, 2379), 0],
      [udp(b, 2379), 0],
      [udp(b6, 2379), 3],
      [icmp(b6), 0],
    ],
  ],
  [
    'everybody but a block and a port',
    { ...delayOf(3), except: [{ cidr: '10.100.0.0/24' }, { ports: [22] }, { cidr: c6 }] },
    [
      [icmp(b), 0],
      [icmp(d), 3],
      [tcp(d, 22), 0],
      [tcp(d, 2379), 3],
      [icmp(b6), 3],
      [icmp(c6), 0],
    ],
  ],
  [
    'a partition from one host, in silence',
    { partition: true, to: [{ cidr: b, ports: [2379] }] },
    [
      [tcp(b, 2379), 'lost'],
      [tcp(b, 2380), 0],
      [tcp(c, 2379), 0],
    ],
  ],
];

async function expectMet(_: string, document: Case[1], expected: Case[2]): Promise<void> {
  await set(document);
  for (const [question, count] of expected)
    expect({ question, count: await steps(question) }).toEqual({ question, count });
}

test.each(cases)('it meets %s', expectMet);

describe('by tc', () => {
  beforeAll(() => (driver = byTc));
  afterAll(() => (driver = byNetlink));

  // One of each form of filter: hosts, blocks, ports, exceptions.
  const some = /IPv6 host|across words|port range|everybody but/;
  test.each(cases.filter(([whom]) => some.test(whom)))('it meets %s', expectMet);
});

const wide = { name: 'wide', ...delayOf(1), to: [{ cidr: '10.100.0.0/16' }] };
const near = { name: 'near', ...delayOf(2), to: [{ cidr: '10.100.0.0/24' }, { cidr: b6 }] };
const port = { name: 'port', ...delayOf(4), to: [{ cidr: b, ports: [2379] }, { ports: [2380] }] };

const overlaps = [
  [icmp(d), [wide]],
  [icmp(b), [wide, near]],
  [tcp(b, 2379), [wide, near, port]],
  [tcp(d, 2380), [wide, port]],
  [tcp(b6, 2380), [near, port]],
  [icmp(c6), []],
] as const;

test.each([
  ['in this order', [wide, near, port]],
  ['in another order', [port, wide, near]],
  ['without the widest', [near, port]],
  ['without the one in between', [wide, port]],
  ['without the narrowest', [near, wide]],
])('where faults overlap each adds its own: %s', async (_, faults) => {
  await set(wide, near, port);
  await set(...faults);
  const weight = { wide: 1, near: 2, port: 4 } as const;
  for (const [question, met] of overlaps) {
    const left = met.filter((one) => faults.includes(one));
    const count = left.reduce((sum, { name }) => sum + weight[name as keyof typeof weight], 0);
    expect({ question, count: await steps(question) }).toEqual({ question, count });
  }
});

test('faults that come one after the other and go in another order', async () => {
  await set(port);
  await set(port, near);
  expect(await steps(tcp(b, 2379))).toBe(6);
  await set(port, near, wide);
  expect(await steps(tcp(b, 2379))).toBe(7);
  await set(near, wide);
  expect(await steps(tcp(b, 2379))).toBe(3);
  await set(wide);
  expect(await steps(tcp(b, 2379))).toBe(1);
  await set();
  expect(await steps(tcp(b, 2379))).toBe(0);
});

test('what explain says of 100 random packets is what becomes of them', async () => {
  await set(
    wide,
    near,
    port,
    {
      name: 'dark',
      partition: true,
      to: [{ cidr: '10.100.0.4/30', protocol: 'udp' }, { cidr: 'fd99:1::8/125' }],
    },
    {
      name: 'rest',
      ...delayOf(8),
      to: [{ cidr: '::/0' }],
      except: [{ cidr: 'fd99:1::/124', protocol: 'tcp' }],
    },
  );
  const questions = randomQuestions(100);
  const said = questions.map((question) => {
    const { profile } = explain(tree, packetOf(question), 'egress');
    const isLost = profile?.loss.kind === 'random' && profile.loss.ratio.fraction === 1;
    return isLost ? 'lost' : (profile?.delay.time.milliseconds ?? 0) / stepMs;
  });
  const seen: (number | 'lost')[] = [];
  // One at a time: together they would wait for one another in the one CPU of the bed.
  for (const question of questions) seen.push(await steps(question));
  expect(seen.map((found, index) => [questions[index], found])).toEqual(
    said.map((count, index) => [questions[index], count]),
  );
  expect(new Set(said).size).toBeGreaterThan(5);
});

function randomQuestions(count: number): readonly Question[] {
  const below = randomNumbers(4);
  return Array.from({ length: count }, () => {
    const address =
      below(2) === 0 ? `10.100.${below(2)}.${below(8)}` : `fd99:1::${(1 + below(0x1f)).toString(16)}`;
    const protocol = (['icmp', 'tcp', 'udp'] as const)[below(3)]!;
    return protocol === 'icmp' ? { protocol, address } : { protocol, address, port: ports[below(4)]! };
  });
}

function packetOf({ protocol, address, port: peerPort }: Question): Packet {
  const family = address.includes(':') ? 6 : 4;
  return { family, peer: wordsOf(address), protocol, peerPort, localPort: peerPort && 40_000 };
}

/** Of the addresses of this test only: IPv4, and `fd99:1::` with one group at the end. */
function wordsOf(address: string): readonly number[] {
  const bytes = address.split('.').map(Number);
  if (bytes.length === 4) return [bytes.reduce((word, byte) => word * 256 + byte, 0)];
  return [0xfd99_0001, 0, 0, Number.parseInt(address.split('::')[1] ?? '', 16)];
}
