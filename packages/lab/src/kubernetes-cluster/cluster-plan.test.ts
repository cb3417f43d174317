import { clusterPlan, defaultNetwork, largestNodeCount } from './cluster-plan';

test('the default network is laid out: nodes, pods, Services, and the link to the host', () => {
  expect(clusterPlan(defaultNetwork, 2)).toEqual({
    network: '10.76.0.0/14',
    gateway: '10.76.0.1',
    nodeRange: '10.76.0.0/24',
    podRange: '10.77.0.0/16',
    serviceRange: '10.78.0.0/16',
    clusterDns: '10.78.0.10',
    hostLink: { inside: '10.76.255.1', outside: '10.76.255.2', prefixLength: 30 },
    nodes: [
      {
        name: 'node-1',
        address: '10.76.0.11',
        podRange: '10.77.1.0/24',
        tap: 'tap-1',
        mac: '02:00:0a:4c:00:0b',
      },
      {
        name: 'node-2',
        address: '10.76.0.12',
        podRange: '10.77.2.0/24',
        tap: 'tap-2',
        mac: '02:00:0a:4c:00:0c',
      },
    ],
  });
});

test('a network in the upper half of the addresses is one too', () => {
  const { gateway, serviceRange } = clusterPlan('192.168.0.0/14', 1);
  expect([gateway, serviceRange]).toEqual(['192.168.0.1', '192.170.0.0/16']);
});

test.each([
  ['is no network', '10.76.0.0/99', 'is not an address block'],
  ['is a name', 'podnet', 'is not an address block'],
  ['is too small for pods and Services of their own', '10.76.0.0/16', 'not an IPv4 network of a /14'],
  ['is larger than what is used of it', '10.0.0.0/8', 'not an IPv4 network of a /14'],
  ['has no prefix', '10.76.0.0', 'not an IPv4 network of a /14'],
  ['is IPv6', 'fd00::/14', 'not an IPv4 network of a /14'],
  ['begins in the middle of one', '10.77.0.0/14', 'that begins at 10.76.0.0/14'],
])('a --network that %s is refused', (_, network, message) => {
  expect(() => clusterPlan(network, 1)).toThrow(message);
});

test.each([0, -1, 1.5, largestNodeCount + 1, Number.NaN])('%d nodes are not to be had', (count) => {
  expect(() => clusterPlan(defaultNetwork, count)).toThrow(`${count} nodes`);
});

test('no two nodes share an address, a range, a tap or a MAC', () => {
  const { nodes } = clusterPlan(defaultNetwork, largestNodeCount);
  for (const key of ['name', 'address', 'podRange', 'tap', 'mac'] as const) {
    expect(new Set(nodes.map((node) => node[key])).size).toBe(largestNodeCount);
  }
});
