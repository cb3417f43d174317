import { execFileSync } from 'node:child_process';
import type { QdiscDriver } from '@podlag/netem';
import { treeFor, type DriverUnderTest } from './driver-conformance';
import { ip, snapshot } from './link';

/** A driver on a real kernel. */
export interface KernelDriverUnderTest extends DriverUnderTest {
  /** Another one, that replaces a root qdisc of somebody else. */
  readonly bold: QdiscDriver;
}

const slow = { delay: { time: '20ms' } };
const tc = (...args: string[]): string => execFileSync('tc', args, { encoding: 'utf8' });
const words = (line: string): string[] => line.split(' ');

/** Each breaks the tree of `broken` below in a way of its own; DEV stands for the device, IFB for the one behind. */
const damage: readonly (readonly [what: string, line: string])[] = [
  ['a leaf with another delay', 'qdisc change dev DEV parent 1:10 handle 10: netem delay 90ms'],
  ['a class with a rate', 'class change dev DEV parent 1: classid 1:10 htb rate 8kbit'],
  ['the pass class with a rate', 'class change dev DEV parent 1: classid 1:1 htb rate 8kbit'],
  ['the pass class behind with a rate', 'class change dev IFB parent 1: classid 1:1 htb rate 8kbit'],
  ['the pass queue cut', 'qdisc change dev DEV parent 1:1 handle 2: pfifo limit 1'],
  ['a leaf of another kind', 'qdisc replace dev DEV parent 1:10 handle 99: pfifo limit 10'],
  ['an exemption taken away', 'filter del dev DEV parent 1: protocol arp pref 1'],
  ['the hosts taken away', 'filter del dev DEV parent 1: protocol ip pref 100'],
  ['blocks taken away', 'filter del dev DEV parent 1: protocol ip pref 208'],
  [
    'a filter of somebody in our tree',
    'filter add dev DEV parent 1: pref 50 protocol ip u32 match u32 0 0 flowid 1:1',
  ],
  ['the redirect taken away', 'filter del dev DEV ingress pref 2332 protocol all'],
  ['the hook taken away', 'qdisc del dev DEV clsact'],
  ['the root taken away', 'qdisc del dev DEV root'],
  ['the root behind taken away', 'qdisc del dev IFB root'],
];

/** What a driver does on a kernel that it does not have for itself. */
export function describeAmongOthers(name: string, underTest: () => KernelDriverUnderTest): void {
  describe(`${name} among others`, () => {
    const device = (): string => underTest().device;

    afterEach(async () => {
      const { driver } = underTest();
      await driver.apply(treeFor(device()));
      await driver.tidy(treeFor(device()), true);
      // Whatever a test left there: no error when it left nothing.
      execFileSync('sh', ['-c', 'tc qdisc del dev "$1" root 2>/dev/null || true', 'sh', device()]);
    });

    test.each([
      ['a tbf', 'tbf rate 1gbit burst 1mb latency 50ms'],
      ['a netem of somebody else', 'netem delay 1ms'],
      ['an HTB that looks like ours', 'htb default 1'],
    ])('%s at the root is left alone, and named', async (_, root) => {
      const { driver } = underTest();
      tc('qdisc', 'add', 'dev', device(), 'root', 'handle', '1:', ...words(root));
      const before = snapshot();
      await expect(driver.apply(treeFor(device(), slow))).rejects.toMatchObject({
        code: 'foreign-qdisc',
        message: expect.stringContaining(`${words(root)[0]!} 1:`),
        hint: expect.stringContaining('PODLAG_TAKE_OVER_ROOT'),
      });
      expect(await driver.apply(treeFor(device()))).toMatchObject({ commands: [] });
      expect(await driver.tidy(treeFor(device()), true)).toBe(true);
      expect(snapshot()).toBe(before);
    });

    test('told to, it takes the root over', async () => {
      const { bold } = underTest();
      tc('qdisc', 'add', 'dev', device(), 'root', 'handle', '1:', 'netem', 'delay', '1ms');
      await bold.apply(treeFor(device(), slow));
      expect((await bold.read(treeFor(device(), slow))).differences).toEqual([]);
      await bold.apply(treeFor(device()));
      await bold.tidy(treeFor(device()), true);
    });

    test.each(damage)('%s is seen, and the next apply puts it right', async (_, line) => {
      const { driver } = underTest();
      const tree = treeFor(device(), {
        ...slow,
        ...{ direction: 'both', to: [{ cidr: '10.1.2.3' }, { cidr: '10.2.0.0/24', ports: [80] }] },
      });
      await driver.apply(tree);
      const behind = `plg-${device()}`;
      tc(...words(line.replace('DEV', device()).replace('IFB', behind)));
      expect((await driver.read(tree)).differences).not.toEqual([]);
      await driver.apply(tree);
      expect((await driver.read(tree)).differences).toEqual([]);
      expect(await driver.apply(tree)).toMatchObject({ commands: [] });
    });

    test('the device behind taken away is made again', async () => {
      const { driver } = underTest();
      const tree = treeFor(device(), { ...slow, direction: 'ingress' });
      await driver.apply(tree);
      ip('link', 'del', `plg-${device()}`);
      expect((await driver.read(tree)).differences).not.toEqual([]);
      await driver.apply(tree);
      expect((await driver.read(tree)).differences).toEqual([]);
    });

    test('the device behind set down is seen, and set up again', async () => {
      const { driver } = underTest();
      const tree = treeFor(device(), { ...slow, direction: 'ingress' });
      await driver.apply(tree);
      ip('link', 'set', `plg-${device()}`, 'down');
      expect((await driver.read(tree)).differences).toContainEqual({
        ...{ what: `device plg-${device()}`, asked: 'up', observed: 'down' },
      });
      await driver.apply(tree);
      expect(ip('link', 'show', 'dev', `plg-${device()}`)).toMatch(/[<,]UP[,>]/);
      expect((await driver.read(tree)).differences).toEqual([]);
    });

    test('a device of another kind under its name is not used, and stays', async () => {
      const { driver } = underTest();
      ip('link', 'add', `plg-${device()}`, 'up', 'type', 'dummy');
      const before = snapshot();
      const tree = treeFor(device(), { ...slow, direction: 'ingress' });
      await expect(driver.apply(tree)).rejects.toMatchObject({
        code: 'foreign-ifb',
        detail: expect.stringContaining('dummy'),
      });
      await driver.apply(treeFor(device()));
      await driver.tidy(treeFor(device()), true);
      expect(snapshot()).toBe(before);
      ip('link', 'del', `plg-${device()}`);
    });

    test('an IFB of nobody that is down is taken, and set up', async () => {
      const { driver } = underTest();
      ip('link', 'add', `plg-${device()}`, 'type', 'ifb');
      const tree = treeFor(device(), { ...slow, direction: 'ingress' });
      await driver.apply(tree);
      expect((await driver.read(tree)).differences).toEqual([]);
      expect(await driver.apply(tree)).toMatchObject({ commands: [] });
      expect(ip('link', 'show', 'dev', `plg-${device()}`)).toMatch(/[<,]UP[,>]/);
    });

    test.each(['egress', 'ingress', 'both'])(
      'the last fault of %s gone, everything is as it was found',
      async (direction) => {
        const { driver } = underTest();
        const before = snapshot();
        const targets = [
          { cidr: '10.1.2.3', ports: ['1-1023'] },
          { cidr: 'fd00::/24' },
          { cidr: '10.2.0.0/24' },
        ];
        await driver.apply(treeFor(device(), { ...slow, direction, to: targets }, { ...slow, direction }));
        expect(snapshot()).not.toBe(before);
        await driver.apply(treeFor(device()));
        expect(await driver.tidy(treeFor(device()), false)).toBe(true);
        expect(snapshot()).toBe(before);
      },
    );

    test('a device that was taken away and made anew is shaped again: it has another index', async () => {
      const { driver } = underTest();
      const tree = treeFor('podlag1', { ...slow, direction: 'both' });
      for (let round = 0; round < 3; round += 1) {
        ip('link', 'add', 'podlag1', 'up', 'type', 'dummy');
        await driver.apply(tree);
        expect((await driver.read(tree)).differences).toEqual([]);
        ip('link', 'del', 'podlag1');
        // Half of the time the device behind goes as well.
        if (round === 1) ip('link', 'del', 'plg-podlag1');
      }
      ip('link', 'del', 'plg-podlag1');
    });

    test('a device that is not there is an error that names it', async () => {
      await expect(underTest().driver.apply(treeFor('nodevice0', slow))).rejects.toMatchObject({
        code: 'device-missing',
        message: expect.stringContaining('nodevice0'),
      });
    });

    test('asked by several at once what it can do, it tries once and tells all', async () => {
      const { bold } = underTest();
      const before = ip('-o', 'link');
      const answers = await Promise.all(Array.from({ length: 5 }, () => bold.capabilities(true)));
      expect(answers.map(({ tree }) => tree)).toEqual(Array(5).fill({ available: true }));
      expect(ip('-o', 'link')).toBe(before);
    });
  });
}
