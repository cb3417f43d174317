import { clusterPlan, defaultNetwork } from './cluster-plan';
import { inNamespace, linkCommand, namespaceNames, networkCommands } from './host-network';

const lines = (nodes: number): readonly string[] =>
  networkCommands(clusterPlan(defaultNetwork, nodes)).map((command) => command.join(' '));

test('the namespace comes first, and the host gets its one route last', () => {
  expect(lines(1)).toEqual([
    'ip netns add podlag-cluster',
    'ip -netns podlag-cluster link set lo up',
    'ip -netns podlag-cluster link add nodes address 02:00:0a:4c:00:01 type bridge',
    'ip -netns podlag-cluster link add cut type bridge',
    'ip -netns podlag-cluster addr add 10.76.0.1/24 dev nodes',
    'ip -netns podlag-cluster link set nodes up',
    'ip -netns podlag-cluster route add 10.78.0.0/16 dev nodes',
    'ip -netns podlag-cluster tuntap add dev tap-1 mode tap',
    'ip -netns podlag-cluster link set tap-1 master nodes up',
    'ip -netns podlag-cluster route add 10.77.1.0/24 via 10.76.0.11',
    'ip link add podlag-host type veth peer name host netns podlag-cluster',
    'ip -netns podlag-cluster addr add 10.76.255.1/30 dev host',
    'ip -netns podlag-cluster link set host up',
    'ip addr add 10.76.255.2/30 dev podlag-host',
    'ip link set podlag-host up',
    'ip route add 10.76.0.0/14 via 10.76.255.1 dev podlag-host',
    'ip netns exec podlag-cluster sysctl --quiet --write --ignore net.ipv4.ip_forward=1',
    'ip netns exec podlag-cluster sysctl --quiet --write --ignore net.bridge.bridge-nf-call-iptables=0',
  ]);
});

test('each further node has a tap on the same bridge, and a route to its pods', () => {
  expect(lines(2).filter((line) => !lines(1).includes(line))).toEqual([
    'ip -netns podlag-cluster tuntap add dev tap-2 mode tap',
    'ip -netns podlag-cluster link set tap-2 master nodes up',
    'ip -netns podlag-cluster route add 10.77.2.0/24 via 10.76.0.12',
  ]);
});

test('outside of its namespace the cluster makes one device, and nothing without its name', () => {
  const outside = lines(4).filter((line) => !/^ip (-netns|netns exec) podlag-cluster /.test(line));
  expect(outside.filter((line) => !line.includes('podlag-cluster') && !line.includes('podlag-host'))).toEqual(
    [],
  );
});

test("a link is cut by taking the node's tap to a bridge that is never up, and mended by taking it back", () => {
  expect(lines(2)).toContain('ip -netns podlag-cluster link add cut type bridge');
  expect(lines(2).filter((line) => line.includes('cut up'))).toEqual([]);
  const [cut, mend] = [linkCommand('tap-2', 'down'), linkCommand('tap-2', 'up')];
  expect(cut.join(' ')).toBe('ip -netns podlag-cluster link set tap-2 master cut');
  expect(mend.join(' ')).toBe('ip -netns podlag-cluster link set tap-2 master nodes');
});

test('a command runs in the namespace as it is', () => {
  expect(inNamespace('sh', '-c', 'echo a  b')).toEqual([
    ...['ip', 'netns', 'exec', 'podlag-cluster'],
    ...['sh', '-c', 'echo a  b'],
  ]);
});

test('namespaces are listed with and without an id', () => {
  expect(namespaceNames('podlag-cluster (id: 0)\nother\n')).toEqual(['podlag-cluster', 'other']);
  expect(namespaceNames('')).toEqual([]);
});
