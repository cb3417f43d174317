import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { machine, release, tmpdir } from 'node:os';
import path from 'node:path';
import { readEnvironment } from './environment';

const routes = (...lines: readonly string[]): string =>
  ['Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT', ...lines, ''].join(
    '\n',
  );

const machineFiles: Readonly<Record<string, string>> = {
  'proc/sys/kernel/osrelease': '6.1.140\n',
  'proc/cpuinfo':
    'processor\t: 0\nmodel name\t: A CPU @ 2.5GHz\n\nprocessor\t: 1\nmodel name\t: A CPU @ 2.5GHz\n',
  'proc/meminfo': 'MemTotal:        2048000 kB\nMemFree:  1 kB\n',
  'proc/sys/net/ipv4/tcp_congestion_control': 'cubic\n',
  'proc/net/route': routes(
    'eth1\t00000000\t0101010A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eth0\t00000000\t0100010A\t0003\t0\t0\t50\t00000000\t0\t0\t0',
    'eth2\t0000010A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  ),
  'sys/class/net/eth0/mtu': '1450\n',
  'proc/self/cgroup': '0::/\n',
  'sys/fs/cgroup/cpu.max': '150000 100000\n',
};

describe('readEnvironment', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'environment-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const put = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.join(root, path.dirname(file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
  };
  const noTc = (): Promise<string> => Promise.reject(new Error('spawn tc ENOENT'));

  test('each reading is what the system says, and the device that of the default route with the least metric', async () => {
    await put(machineFiles);
    const asked: string[] = [];
    const qdiscs = (device: string): Promise<string> => {
      asked.push(device);
      return Promise.resolve(
        '[{"kind":"fq_codel","parent":"1:1"},{"kind":"htb","handle":"1:","root":true,"options":{}}]',
      );
    };
    expect(await readEnvironment({ root, qdiscs })).toEqual({
      kernel: '6.1.140',
      architecture: machine(),
      cpuModel: 'A CPU @ 2.5GHz',
      cpus: 2,
      memoryBytes: 2_097_152_000,
      congestionControl: 'cubic',
      cpuLimit: 1.5,
      device: 'eth0',
      mtu: 1450,
      qdisc: 'htb',
    });
    expect(asked).toEqual(['eth0']);
  });

  test('what cannot be read is absent', async () => {
    expect(await readEnvironment({ root, qdiscs: noTc })).toEqual({ architecture: machine() });
  });

  test.each([
    ['a tc that cannot print JSON', 'qdisc noqueue 0: dev eth0 root refcnt 2'],
    ['a device without a root qdisc', '[]'],
  ])('%s leaves the qdisc out', async (_, output) => {
    await put(machineFiles);
    expect(await readEnvironment({ root, qdiscs: () => Promise.resolve(output) })).not.toHaveProperty(
      'qdisc',
    );
  });

  test('IPv6 alone has a default device too, and the reject route on lo is none', async () => {
    const zero = '0'.repeat(32);
    await put({
      'proc/net/route': routes(),
      'proc/net/ipv6_route': [
        `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
        `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     net1`,
        '',
      ].join('\n'),
    });
    expect(await readEnvironment({ root, qdiscs: noTc })).toMatchObject({ device: 'net1' });
  });

  test.each([
    [
      'cgroup v2 without a limit',
      { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' },
      undefined,
    ],
    [
      'cgroup v2 below its root',
      { 'proc/self/cgroup': '0::/pod\n', 'sys/fs/cgroup/pod/cpu.max': '50000 100000\n' },
      0.5,
    ],
    [
      'cgroup v1, seen from a container',
      {
        'proc/self/cgroup': '4:memory:/pod\n3:cpu,cpuacct:/pod\n',
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '25000\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      0.25,
    ],
    [
      'cgroup v1 without a limit',
      {
        'proc/self/cgroup': '3:cpu:/\n',
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      undefined,
    ],
  ])('%s', async (_, files, limit) => {
    await put(files);
    expect((await readEnvironment({ root, qdiscs: noTc })).cpuLimit).toBe(limit);
  });

  test('this very machine has a kernel and processors', async () => {
    const environment = await readEnvironment();
    expect(environment.kernel).toBe(release());
    expect(environment.cpus).toBeGreaterThan(0);
  });
});
