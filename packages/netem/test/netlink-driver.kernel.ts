import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { netlinkDriver, tcDriver, type QdiscDriver } from '@podlag/netem';
import { describeAmongOthers } from './among-others';
import { describeDriver, treeAfter, treeFor } from './driver-conformance';
import { makeLink, type Link } from './link';
import { randomChanges } from './random-changes';
import { udpStream } from './udp-stream';

jest.setTimeout(180_000);

const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
let link: Link;
let driver: QdiscDriver;
let bold: QdiscDriver;
let tc: QdiscDriver;

beforeAll(() => {
  link = makeLink();
  driver = netlinkDriver();
  bold = netlinkDriver({ takeOverRoot: true });
  tc = tcDriver({ tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-tc-')), env });
});
afterAll(() => {
  for (const one of [driver, bold, tc]) one.close();
  link.remove();
});

describeDriver('the netlink driver', () => ({ driver, device: link.device }));
describeAmongOthers('the netlink driver', () => ({ driver, bold, device: link.device }));

describe('the netlink driver', () => {
  afterEach(async () => {
    await driver.apply(treeFor(link.device));
    await driver.tidy(treeFor(link.device), true);
  });

  test.each(['1ns', '250.5us', '20.000001ms', '300s', '59m59.999999999s'])(
    'a delay of %s is in force exactly',
    async (time) => {
      const tree = treeFor(link.device, { delay: { time }, to: [{ cidr: '192.0.2.1' }] });
      const { observed } = await driver.apply(tree);
      const leaf = observed.egress.qdiscs.find(({ netem }) => netem !== undefined)?.netem;
      const [shaped] = tree.egress!.classes;
      expect(Math.round(leaf!.delaySeconds * 1e9)).toBe(shaped!.profile.delay.time.nanoseconds);
      expect((await driver.read(tree)).differences).toEqual([]);
    },
  );

  test('the same seed loses the same packets, another one others', async () => {
    const arrived = async (seed: number): Promise<readonly number[]> => {
      // Only the stream draws from the leaf's random numbers.
      const to = [{ cidr: link.peerAddress, protocol: 'udp', ports: [5201] }];
      await driver.apply(treeFor(link.device));
      await driver.tidy(treeFor(link.device), true);
      await driver.apply(treeFor(link.device, { loss: { ratio: '30%' }, seed, to }));
      return (await udpStream(link, { perSecond: 500, count: 300 })).numbers;
    };
    const first = await arrived(42);
    expect(first.length).toBeGreaterThan(150);
    expect(first.length).toBeLessThan(270);
    expect(await arrived(42)).toEqual(first);
    expect(await arrived(43)).not.toEqual(first);
  });

  test('after each of 50 random trees that one driver applied, the other reads no difference', async () => {
    let current = treeFor(link.device);
    for (const [index, documents] of randomChanges(50, 4).entries()) {
      current = treeAfter(current, ...documents);
      const [writer, reader] = index % 2 === 0 ? [driver, tc] : [tc, driver];
      await writer.apply(current);
      expect({ documents, left: (await reader.read(current)).differences }).toEqual({ documents, left: [] });
    }
  });

  test('5,000 hosts are shaped; then one of them is changed by little', async () => {
    const hosts = Array.from({ length: 5_000 }, (_, at) => ({ cidr: `10.${at >> 8}.${at & 255}.7` }));
    const slow = { name: 'slow', delay: { time: '5ms' }, to: hosts };
    const all = treeFor(link.device, slow);
    const { commands } = await driver.apply(all);
    expect(commands.length).toBeGreaterThan(5_000);
    expect((await tc.read(all)).differences).toEqual([]);
    const one = treeAfter(all, slow, { name: 'one', loss: { ratio: '1%' }, to: [hosts[2_500]!] });
    const change = await driver.apply(one);
    expect(change.commands.length).toBeLessThan(10);
    expect((await driver.read(one)).differences).toEqual([]);
  });
});
