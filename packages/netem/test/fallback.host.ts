import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPodlagError, parseFault, type Fault } from '@podlag/core';
import { assertSupported, makeTree, type Capabilities, type QdiscTree } from '@podlag/netem';
import { faultKinds, type Capability } from '../src/capabilities';
import { KernelDriver } from '../src/kernel/kernel-driver';
import type { Transport } from '../src/kernel/transport';
import { NetlinkTransport } from '../src/netlink/netlink-transport';
import { TcTransport } from '../src/tc/tc-transport';
import { describeDriver } from './driver-conformance';
import { makeHostLink, netAdminOnly, type Arrivals, type HostLink } from './host-link';
import { median } from './ping';

jest.setTimeout(120_000);

const withoutNetem: Capability & { available: false } = {
  available: false,
  code: 'netem-missing',
  reason: 'netem is left aside by the test',
  hint: 'On the node: modprobe sch_netem.',
};

/** A kernel that has netem shows the same: it is left aside. One that has none answers for itself. */
function leavingNetemAside(found: Capabilities): Capabilities {
  if (!found.netem.available) return found;
  const kinds = Object.fromEntries(faultKinds.map((kind) => [kind, withoutNetem])) as Capabilities['kinds'];
  return {
    ...found,
    netem: withoutNetem,
    kinds: {
      ...kinds,
      rate: { available: true, path: 'htb' },
      loss: { available: true, path: 'cls_bpf' },
      partition: { available: true, path: 'cls_bpf' },
    },
  };
}

class TcWithoutNetem extends TcTransport {
  override async probe(): Promise<Capabilities> {
    return leavingNetemAside(await super.probe());
  }
}

class NetlinkWithoutNetem extends NetlinkTransport {
  override async probe(): Promise<Capabilities> {
    return leavingNetemAside(await super.probe());
  }
}

let link: HostLink;
let driver: KernelDriver;

beforeAll(async () => {
  link = await makeHostLink();
});
afterAll(() => link.remove());

const fault = (document: object): Fault => parseFault(document, 'test');
const treeOf = (...faults: readonly Fault[]): QdiscTree =>
  makeTree({ device: link.device, exemptions: [], faults });

async function apply(document: object): Promise<void> {
  assertSupported(fault(document), await driver.capabilities());
  await driver.apply(treeOf(fault(document)));
}

const small = { perSecond: 5_000, bytes: 64 } as const;
const lossOf = ({ sent, received }: Arrivals): number => (sent - received) / sent;

/** 99.9 % of all runs are nearer than this to the asked ratio (normal approximation of the binomial). */
const interval = (ratio: number, count: number): number => 3.291 * Math.sqrt((ratio * (1 - ratio)) / count);

const transports: readonly (readonly [string, () => Transport])[] = [
  ['netlink', () => new NetlinkWithoutNetem()],
  [
    'tc with NET_ADMIN alone',
    () =>
      new TcWithoutNetem({
        tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-tc-')),
        env: { PATH: `${netAdminOnly()}:/usr/sbin:/usr/bin:/sbin:/bin` },
      }),
  ],
];

describe.each(transports)('without netem, by %s', (name, transport) => {
  describeDriver(`${name} without netem`, () => ({ driver, device: link.device }), 'without netem');

  beforeAll(() => {
    driver = new KernelDriver(transport());
  });
  afterAll(() => driver.close());
  afterEach(async () => {
    await driver.apply(treeOf());
    expect(await driver.tidy(treeOf(), true)).toBe(true);
  });

  test.each(['out', 'in'] as const)(
    '30 % of 10,000 packets that go %s are lost, and the sender hears nothing of it',
    async (way) => {
      await apply({ loss: { ratio: '30%' }, direction: way === 'out' ? 'egress' : 'ingress' });
      const arrivals = await link.stream({ ...small, way, to: 0, count: 10_000 });
      process.stdout.write(`    ${way}: ${(lossOf(arrivals) * 100).toFixed(2)} % lost\n`);
      expect(arrivals.sent).toBe(10_000);
      expect(Math.abs(lossOf(arrivals) - 0.3)).toBeLessThanOrEqual(interval(0.3, 10_000));
    },
  );

  test.each([
    ['out', 'egress', 'in'],
    ['in', 'ingress', 'out'],
  ] as const)(
    'a partition of what goes %s lets nothing through, and the other way goes on',
    async (way, direction, other) => {
      // First without: the bed itself loses nothing, and both ends know each other's hardware address.
      for (const open of [way, other])
        expect((await link.stream({ ...small, way: open, to: 0, count: 500 })).received).toBe(500);
      await apply({ partition: true, direction });
      expect(await link.stream({ ...small, way, to: 0, count: 500 })).toMatchObject({
        sent: 500,
        received: 0,
      });
      expect(await link.stream({ ...small, way: other, to: 0, count: 500 })).toMatchObject({ received: 500 });
    },
  );

  test('what meets one address leaves the other alone', async () => {
    await apply({ loss: { ratio: '30%' }, to: [{ cidr: link.there[0] }] });
    const [met, spared] = [
      await link.stream({ ...small, way: 'out', to: 0, count: 5_000 }),
      await link.stream({ ...small, way: 'out', to: 1, count: 5_000 }),
    ];
    expect(Math.abs(lossOf(met) - 0.3)).toBeLessThanOrEqual(interval(0.3, 5_000));
    expect(lossOf(spared)).toBe(0);
  });

  test.each(['out', 'in'] as const)('10 mbit %s: the median of five streams is within 5 %%', async (way) => {
    await apply({ rate: '10mbit', direction: way === 'out' ? 'egress' : 'ingress' });
    const bytes = 1_400;
    /** What HTB counts: the datagram, UDP's, IP's and Ethernet's headers. */
    const frameBits = (bytes + 8 + 20 + 14) * 8;
    const rates: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      // More than the rate, less than the queue holds.
      const { received, seconds } = await link.stream({ way, to: 0, perSecond: 2_000, count: 700, bytes });
      rates.push(((received - 1) * frameBits) / seconds / 1e6);
    }
    process.stdout.write(`    ${way}: ${rates.map((rate) => rate.toFixed(2)).join(', ')} mbit\n`);
    expect(median(rates)).toBeGreaterThan(9.5);
    expect(median(rates)).toBeLessThan(10.5);
  });

  test.each([
    ['delay', { delay: { time: '20ms' } }, 'netem-missing', 'modprobe'],
    ['duplicate', { duplicate: { ratio: '1%' } }, 'netem-missing', 'modprobe'],
    ['a loss with a model', { loss: { gemodel: { p: '1%' } } }, 'not-supported', 'Leave the field out'],
  ])('%s is refused with 501, the reason and what to do', async (_, document, code, hint) => {
    const error = await apply(document).catch((thrown: unknown) => thrown);
    expect(isPodlagError(error) && error.toProblem()).toMatchObject({
      status: 501,
      code,
      detail: expect.stringContaining('netem'),
      hint: expect.stringContaining(hint),
    });
  });

  test('what can be done is told for each kind of fault, with its path', async () => {
    const { kinds, netem } = await driver.capabilities();
    expect(netem).toMatchObject({ available: false, code: 'netem-missing' });
    expect(kinds).toMatchObject({
      loss: { available: true, path: 'cls_bpf' },
      partition: { available: true, path: 'cls_bpf' },
      rate: { available: true, path: 'htb' },
      delay: { available: false, code: 'netem-missing' },
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ['a loss', { loss: { ratio: '10%' } }],
    ['a rate', { rate: '1234567bit' }],
    ['the slowest rate', { rate: '8bit' }],
    ['a partition', { partition: true }],
    ['all of them', { loss: { ratio: '10%' }, rate: '10mbit' }],
  ])(
    '%s both ways, with targets, is in force when apply resolves, and again is no change',
    async (_what, effect) => {
      const to = [{ cidr: '10.1.2.3', ports: [80] }, { cidr: 'fd00::/8' }, { cidr: '10.0.0.0/8' }];
      const asked = treeOf(fault({ ...effect, direction: 'both', to }));
      await driver.apply(asked);
      expect((await driver.read(asked)).differences).toEqual([]);
      expect(await driver.apply(asked)).toMatchObject({ commands: [] });
      const other = treeOf(fault({ loss: { ratio: '20%' }, rate: '11mbit' }));
      await driver.apply(other);
      expect((await driver.read(other)).differences).toEqual([]);
      await driver.apply(asked);
      expect((await driver.read(asked)).differences).toEqual([]);
    },
  );
});
