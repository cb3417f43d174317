import { addressWords, parseCidr, parseFault } from '@podlag/core';
import { explain } from './explain';
import { makeTree } from './make-tree';
import type { Exemption } from './qdisc-tree';
import type { Packet } from './rules';

const agentPort: Exemption = {
  protocol: 'tcp',
  peers: undefined,
  localPorts: [{ first: 2332, last: 2332 }],
  peerPorts: undefined,
};
const anyProtocol: Exemption = { ...agentPort, protocol: undefined, localPorts: [{ first: 53, last: 53 }] };
const probes: Exemption = {
  ...agentPort,
  peers: [parseCidr('10.0.0.1')],
  localPorts: [{ first: 8080, last: 8080 }],
};
const tree = makeTree({
  device: 'eth0',
  exemptions: [agentPort, probes, anyProtocol],
  faults: [
    parseFault({ delay: { time: '20ms' }, to: [{ cidr: '10.0.0.0/8' }] }, 'far'),
    parseFault({ loss: { ratio: '1%' }, to: [{ cidr: '10.0.0.0/8', ports: [2379] }] }, 'lossy'),
  ],
});
const packet = (address: string, rest: Partial<Packet> = {}): Packet => ({
  family: 4,
  peer: addressWords(address),
  protocol: 'tcp',
  peerPort: 80,
  localPort: 40000,
  ...rest,
});

test.each<[string, Packet, object]>([
  [
    'a packet to a target',
    packet('10.2.3.4'),
    { exempt: false, faults: ['far'], classid: '1:10', reason: 'meets far' },
  ],
  [
    'a packet that two faults meet',
    packet('10.2.3.4', { peerPort: 2379 }),
    { faults: ['far', 'lossy'], classid: '1:11' },
  ],
  [
    'a packet to somebody else',
    packet('192.0.2.1'),
    { exempt: false, faults: [], classid: '1:1', profile: undefined },
  ],
  [
    'an answer of the agent',
    packet('10.2.3.4', { localPort: 2332 }),
    { exempt: true, classid: '1:1', faults: [] },
  ],
  [
    'a datagram from the same number',
    packet('10.2.3.4', { localPort: 2332, protocol: 'udp' }),
    { exempt: false },
  ],
  [
    'a datagram from a port of any protocol',
    packet('10.2.3.4', { localPort: 53, protocol: 'udp' }),
    { exempt: true },
  ],
  [
    'what has no ports of TCP and UDP',
    packet('10.2.3.4', { localPort: 53, protocol: 'other' }),
    { exempt: false },
  ],
  ["an answer to the node's probe", packet('10.0.0.1', { localPort: 8080 }), { exempt: true }],
  ["an answer from a probe's port to others", packet('10.0.0.2', { localPort: 8080 }), { exempt: false }],
])('%s', (_, given, expected) => {
  expect(explain(tree, given, 'egress')).toMatchObject(expected);
});

test('a direction that nothing shapes has no class', () => {
  expect(explain(tree, packet('10.2.3.4'), 'ingress')).toMatchObject({
    classid: undefined,
    faults: [],
    exempt: false,
  });
});
