import { protocols } from '@podlag/core';
import { hostnamePattern, longestHostname, mostNamespaces, mostTargets } from '../target';
import { list, object, oneOf, text, type JsonSchema, type Rule } from './json-schema';
import { labelSelector } from './label-selector-schema';
import { label } from './name-schema';
import { ports } from './quantity-schema';

// The API server's own formats are exact, where a pattern would let 10.0.0.0/33 pass.
const cidr: JsonSchema = {
  ...text('A block of addresses or a single one, IPv4 or IPv6, as 10.244.1.0/24.', 49, {
    rule: "!self.lowerAscii().startsWith('::ffff:')",
    message: 'is IPv4 inside IPv6, which no packet carries: write the IPv4 address',
  }),
  anyOf: [{ format: 'cidr' }, { format: 'ipv4' }, { format: 'ipv6' }],
};

const hostname: JsonSchema = {
  ...text('A DNS name, resolved again at the end of its TTL.', longestHostname, {
    rule: "self.matches('[^0-9.]')",
    message: 'is an address: write it as cidr',
  }),
  pattern: hostnamePattern,
};

const pods = object(
  'Pods by their labels, in the namespace of the object unless others are named.',
  {
    selector: labelSelector('Which pods; {} means all.'),
    namespaces: list('Namespaces of the pods, by name.', label('Name of a namespace.'), [1, mostNamespaces]),
    namespaceSelector: labelSelector('Namespaces of the pods, by their labels; {} means all.'),
  },
  {
    required: ['selector'],
    rules: [
      {
        rule: '!(has(self.namespaces) && has(self.namespaceSelector))',
        message: 'takes only one of namespaces and namespaceSelector',
      },
    ],
  },
);

const service = object(
  'A Service: its ClusterIPs at its ports and its endpoints at theirs.',
  {
    name: label('Name of the Service.'),
    namespace: label('Namespace of the Service. Absent: that of the object.'),
  },
  { required: ['name'] },
);

const kinds = ['cidr', 'pods', 'service', 'hostname'];

const rules: readonly Rule[] = [
  {
    rule: `[${kinds.map((kind) => `has(self.${kind})`).join(', ')}].filter(x, x).size() <= 1`,
    message: 'takes only one of cidr, pods, service and hostname',
  },
  {
    rule: [...kinds, 'ports', 'protocol'].map((field) => `has(self.${field})`).join(' || '),
    message: 'names nobody: set cidr, pods, service or hostname, or ports or protocol for everybody',
  },
  {
    rule: "!has(self.ports) || !has(self.protocol) || self.protocol != 'icmp'",
    message: 'ICMP has no ports: leave out ports, or write another protocol',
  },
];

const target = object(
  'The other end of a packet: all that is said must fit.',
  {
    ...{ cidr, pods, service, hostname, ports },
    protocol: oneOf('Absent: any.', protocols),
  },
  { rules },
);

/** A list of targets: `to` or `except`. */
export function targets(description: string): JsonSchema {
  return list(description, target, [1, mostTargets]);
}
