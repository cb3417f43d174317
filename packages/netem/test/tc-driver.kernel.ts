import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TcDriver } from '@podlag/netem';
import { describeDriver, treeFor } from './driver-conformance';
import { makeLink, type Link } from './link';
import { pingOnce } from './ping';

jest.setTimeout(60_000);

const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const tableDirectory = mkdtempSync(join(tmpdir(), 'podlag-tc-'));
let link: Link;
let driver: TcDriver;

beforeAll(() => {
  link = makeLink();
  driver = new TcDriver({ tableDirectory, env });
});
afterAll(() => {
  driver.close();
  link.remove();
});

const tc = (...args: string[]): string => execFileSync('tc', args, { encoding: 'utf8' });
/** What is on the device, without HTB's count of packets: the kernel sends some of its own. */
const qdiscs = (): string => tc('qdisc', 'show', 'dev', link.device).replace(/direct_packets_stat \d+ /, '');
const slow = { delay: { time: '20ms' } };

describeDriver('the tc driver', () => ({ driver, device: link.device }));

describe('the tc driver among others', () => {
  afterEach(() => {
    // Whatever a test left there: no error when it left nothing.
    execFileSync('sh', ['-c', 'tc qdisc del dev "$1" root 2>/dev/null || true', 'sh', link.device]);
  });

  test.each([
    ['a tbf', ['tbf', 'rate', '1gbit', 'burst', '1mb', 'latency', '50ms']],
    ['a netem of somebody else', ['netem', 'delay', '1ms']],
    ['an HTB that looks like ours', ['htb', 'default', '1']],
  ])('%s at the root is left alone, and named', async (_, words) => {
    tc('qdisc', 'add', 'dev', link.device, 'root', 'handle', '1:', ...words);
    const before = qdiscs();
    await expect(driver.apply(treeFor(link.device, slow))).rejects.toMatchObject({
      code: 'foreign-qdisc',
      message: expect.stringContaining(`${words[0]!} 1:`),
      hint: expect.stringContaining('PODLAG_TAKE_OVER_ROOT'),
    });
    expect(await driver.apply(treeFor(link.device))).toMatchObject({ commands: [] });
    expect(await driver.tidy(treeFor(link.device), true)).toBe(true);
    expect(qdiscs()).toBe(before);
  });

  test('told to, it takes the root over', async () => {
    tc('qdisc', 'add', 'dev', link.device, 'root', 'handle', '1:', 'netem', 'delay', '1ms');
    const bold = new TcDriver({ tableDirectory, env, takeOverRoot: true });
    await bold.apply(treeFor(link.device, slow));
    expect(await pingOnce(link)).toBeGreaterThan(19.9);
    bold.close();
  });

  test('what somebody else changed is seen, and the next apply puts it right', async () => {
    const tree = treeFor(link.device, slow);
    await driver.apply(tree);
    tc('qdisc', 'change', 'dev', link.device, 'parent', '1:10', 'handle', '10:', 'netem', 'delay', '90ms');
    tc('filter', 'del', 'dev', link.device, 'parent', '1:', 'protocol', 'arp', 'pref', '1');
    const { differences } = await driver.read(tree);
    expect(differences.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['delay.time', 'filter pref 1']),
    );
    await driver.apply(tree);
    expect((await driver.read(tree)).differences).toEqual([]);
  });

  test('a tc that is killed between changes is replaced, and nobody notices', async () => {
    for (let round = 1; round <= 5; round += 1) {
      await driver.apply(treeFor(link.device, { delay: { time: `${round}ms` } }));
      for (const pid of driver.pids) if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
    const tree = treeFor(link.device, slow);
    await driver.apply(tree);
    expect((await driver.read(tree)).differences).toEqual([]);
  });

  test('asked by several at once what it can do, it tries once and tells all', async () => {
    const fresh = new TcDriver({ tableDirectory, env });
    const answers = await Promise.all(Array.from({ length: 5 }, () => fresh.capabilities()));
    expect(answers.map(({ shaping }) => shaping)).toEqual(Array(5).fill({ available: true }));
    fresh.close();
  });

  test('a device that was taken away and made anew is shaped again: it has another index', async () => {
    const tree = treeFor('podlag1', slow);
    for (let round = 0; round < 3; round += 1) {
      execFileSync('ip', ['link', 'add', 'podlag1', 'type', 'dummy']);
      await driver.apply(tree);
      expect((await driver.read(tree)).differences).toEqual([]);
      execFileSync('ip', ['link', 'del', 'podlag1']);
    }
  });

  test('a device that is not there is an error that names it', async () => {
    await expect(driver.apply(treeFor('nodevice0', slow))).rejects.toMatchObject({
      code: 'device-missing',
      message: expect.stringContaining('nodevice0'),
    });
  });

  test('without permission the error says which one is needed, and how to give it', async () => {
    // A user namespace's root is nobody to this device.
    const powerless = new TcDriver({ tableDirectory, env, tc: powerlessTc() });
    await expect(powerless.apply(treeFor(link.device, slow))).rejects.toMatchObject({
      code: 'no-permission',
      hint: expect.stringContaining('NET_ADMIN'),
    });
    powerless.close();
  });

  test('of all tables only the one in force stays on the disk: the volume is small', async () => {
    for (const table of [
      [-1, 1],
      [-1, 0, 1],
      [-1, 0, 0, 1],
    ]) {
      await driver.apply(
        treeFor(link.device, { delay: { time: '20ms', jitter: '5ms', distribution: { table } } }),
      );
    }
    expect(readdirSync(tableDirectory).filter((name) => name.includes('.dist'))).toHaveLength(1);
  });

  test('a table that cannot be written is said so', async () => {
    const tableless = new TcDriver({ tableDirectory: join(powerlessTc(), 'below-a-file'), env });
    const jittered = treeFor(link.device, { delay: { time: '20ms', jitter: '5ms' } });
    await expect(tableless.apply(jittered)).rejects.toMatchObject({
      code: 'table-unwritable',
      hint: expect.stringContaining('PODLAG_RUN_DIRECTORY'),
    });
    tableless.close();
  });
});

/** A tc without NET_ADMIN: as in a container whose securityContext was changed after the injection. */
function powerlessTc(): string {
  const file = join(tableDirectory, 'powerless-tc');
  execFileSync('tee', [file], {
    input: '#!/bin/sh\nexec setpriv --bounding-set -net_admin --inh-caps -net_admin tc "$@"\n',
  });
  chmodSync(file, 0o755);
  return file;
}
