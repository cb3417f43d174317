import { firstFreeSubnet, requireOwnNetwork } from './addresses';
import { networkPlan, nodeCommands, podCommands, removalCommands } from './network-plan';

const plan = networkPlan('1a2b', ['pd-0', 'pd-1'], { subnet: firstFreeSubnet([]), ipv6: true });

test('pods get addresses of the usual pod range, in their order', () => {
  expect([...plan.pods].map(([name, { addresses }]) => [name, addresses.ipv4, addresses.ipv6])).toEqual([
    ['pd-0', '10.244.0.10', 'fd00:10:244::a'],
    ['pd-1', '10.244.0.11', 'fd00:10:244::b'],
  ]);
});

test('a second lab takes the next range', () => {
  const used = ['127.0.0.1', '10.244.0.1', '10.244.1.1', 'fd00::1'];
  expect(firstFreeSubnet(used).nodeIp).toBe('10.244.2.1');
  expect(firstFreeSubnet(used).pod(0)).toEqual({ ipv4: '10.244.2.10', ipv6: 'fd00:10:244:2::a' });
});

test('a lab that does not fit into its range is refused', () => {
  expect(() => firstFreeSubnet([]).pod(245)).toThrow('room for 245 pods');
});

test('every name of a device has at most 15 characters, whatever the number of pods', () => {
  const names = Array.from({ length: 245 }, (_, index) => `pod-${index}`);
  const { bridge, pods } = networkPlan('1a2b', names, plan);
  for (const device of [bridge, ...[...pods.values()].map(({ nodeEnd }) => nodeEnd)]) {
    expect(device.length).toBeLessThanOrEqual(15);
  }
});

test('what is made is taken away', () => {
  expect(nodeCommands(plan)).toContain('netns add podlag-1a2b-pd-0');
  expect(removalCommands(plan)).toEqual([
    'netns del podlag-1a2b-pd-0',
    'netns del podlag-1a2b-pd-1',
    'link del podlag-1a2b',
  ]);
});

test('without IPv6 no command speaks of it', () => {
  const ipv4 = { ...plan, ipv6: false };
  const commands = [
    ...nodeCommands(ipv4),
    ...[...ipv4.pods.values()].flatMap((pod) => podCommands(ipv4, pod)),
  ];
  expect(commands.filter((command) => command.includes('fd00'))).toEqual([]);
});

test.each([
  ['nothing but lo', ['127.0.0.1', '::1'], true],
  ['another lab', ['127.0.0.1', '10.244.0.1', 'fd00:10:244::1', 'fe80::1'], true],
  ['an address of the machine', ['127.0.0.1', '192.168.1.7'], false],
  ['an IPv6 address of the machine', ['2001:db8::1'], false],
])('a network with %s: may the lab use it?', (_, addresses, may) => {
  const claim = () => requireOwnNetwork(addresses);
  if (may) expect(claim).not.toThrow();
  else expect(claim).toThrow('the network of a machine');
});
