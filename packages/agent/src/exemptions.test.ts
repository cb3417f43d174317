import { parseCidr, parsePortRange } from '@podlag/core';
import { exemptionBody, exemptionsOf, type ExemptTraffic } from './exemptions';

const traffic: ExemptTraffic = {
  agentPort: 2332,
  exemptProbes: true,
  probePorts: [parsePortRange(8080)],
  nodes: [parseCidr('192.168.0.7'), parseCidr('10.244.0.1')],
  targets: [],
};
const inForce = (changes: Partial<ExemptTraffic>): unknown[] =>
  exemptionsOf({ ...traffic, ...changes }).map(exemptionBody);

const agent = [
  { reason: 'agent', protocol: 'tcp', localPorts: [2332] },
  { reason: 'agent', protocol: 'tcp', peerPorts: [2332] },
];
const probes = {
  reason: 'probes',
  protocol: 'tcp',
  peers: ['192.168.0.7/32', '10.244.0.1/32'],
  localPorts: [8080],
};

test.each<[string, Partial<ExemptTraffic>, readonly object[]]>([
  ['the agent’s own port, and other agents’; answers to probes, to the node alone', {}, [...agent, probes]],
  ['no probes when they are not to be', { exemptProbes: false }, agent],
  ['no probes where none is declared: all ports would be too much', { probePorts: [] }, agent],
  ['no probes from an unknown node: all peers would be too much', { nodes: [] }, agent],
  [
    'what the settings name',
    {
      probePorts: [],
      targets: [{ cidr: parseCidr('10.96.0.10'), ports: [{ first: 53, last: 54 }], protocol: 'udp' }],
    },
    [...agent, { reason: 'setting', protocol: 'udp', peers: ['10.96.0.10/32'], peerPorts: ['53-54'] }],
  ],
])('exempt: %s', (_, changes, expected) => {
  expect(JSON.parse(JSON.stringify(inForce(changes)))).toEqual(expected);
});
