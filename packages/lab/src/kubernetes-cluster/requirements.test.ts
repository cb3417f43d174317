import { requireMachine, type Machine } from './requirements';

const options = { network: '10.76.0.0/14', nodes: 2, memoryMb: 3072 };
const works = { kind: 'works' } as const;
const good: Machine = {
  isRoot: true,
  platform: 'linux',
  arch: 'x64',
  tap: works,
  nat: works,
  routes: ['default', '192.0.2.0/24', '192.0.2.2', '127.0.0.0/8'],
  network: { device: false, namespace: false },
  availableMemoryMb: 16_000,
  disks: [
    { folder: '/cache', device: 1, freeMb: 9000, neededMb: 5000 },
    { folder: '/var/lib', device: 2, freeMb: 9000, neededMb: 5000 },
  ],
};

/** What a user is told, of this machine. */
const complaintOf = (machine: Machine): string => {
  try {
    requireMachine(machine, options);
  } catch (error) {
    return (error as { toText(): string }).toText();
  }
  return '';
};

test('a machine that has all of it can run a cluster, and nothing is said', () => {
  expect(requireMachine(good, options)).toEqual([]);
});

test.each<[string, Partial<Machine>, string]>([
  ['has no root', { isRoot: false }, 'sudo'],
  ['is of another kind', { arch: 'arm64' }, 'this is arm64 linux'],
  ['has no tap devices', { tap: { kind: 'refused', message: 'ENOENT' } }, 'modprobe tun'],
  ['cannot translate addresses', { nat: { kind: 'refused', message: 'No such file' } }, 'nft_chain_nat'],
  ['has such a namespace', { network: { device: false, namespace: true } }, 'ip netns del podlag-cluster'],
  ['has such a device', { network: { device: true, namespace: false } }, 'ip link del podlag-host'],
  [
    'is full',
    { disks: [{ folder: '/c', device: 1, freeMb: 40, neededMb: 5000 }] },
    '40 MB are left on the disk, and the cluster needs up to 5000 MB there: 5000 MB in /c.',
  ],
  [
    'has room for each folder, but not for both on one disk',
    { disks: good.disks.map((disk) => ({ ...disk, device: 1 })) },
    'needs up to 10000 MB there: 5000 MB in /cache, 5000 MB in /var/lib.',
  ],
])('a machine that %s is refused, with the fix', (_, change, message) => {
  expect(complaintOf({ ...good, ...change })).toContain(message);
});

test.each([
  ['the same network', '10.76.0.0/14', '--network 10.80.0.0/14 is free'],
  ['an address in it', '10.78.0.1', '--network 10.80.0.0/14 is free'],
  ['a part of it', '10.79.255.0/24', '--network 10.80.0.0/14 is free'],
  ['a network around it', '10.0.0.0/8', '--network 172.16.0.0/14 is free'],
])('a route to %s is in the way, and a free one is named', (_, route, hint) => {
  const complaint = complaintOf({ ...good, routes: ['default', route] });
  expect(complaint).toContain(`a route to`);
  expect(complaint).toContain(hint);
});

test.each(['10.72.0.0/14', '10.80.0.0/14', '10.75.255.255', 'default', '0.0.0.0', '0.0.0.0/1', '10.0.0.0/7'])(
  'a route to %s is not in the way',
  (route) => {
    expect(complaintOf({ ...good, routes: [route] })).toBe('');
  },
);

test('where no private network is free, the routes that stand in the way are named', () => {
  const routes = ['0.0.0.0/1', '192.0.2.0/24', '172.16.0.0/12', '10.0.0.0/8', '100.64.0.0/10'];
  expect(complaintOf({ ...good, routes })).toContain(
    'these for as long as the cluster is up: 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12',
  );
});

test('little memory is no obstacle, but is said', () => {
  expect(requireMachine({ ...good, availableMemoryMb: 4000 }, options)).toEqual([
    expect.stringContaining('may come to use 7344 MB (2 x 3072 MB for nodes)'),
  ]);
});
