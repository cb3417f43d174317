import { prefixLength, type PodAddresses, type Subnet } from './addresses';

/** One pod's place in the network. */
export interface PodNetwork {
  /** Its network namespace, as `podlag-1a2b-basic-pd-0`: whose it is can be told, and what was left over recognised. */
  readonly netns: string;
  /** The end of its veth pair that stays with the node. A device's name has 15 characters. */
  readonly nodeEnd: string;
  readonly addresses: PodAddresses;
}

/** The network of one lab: pods on a bridge, as the CNI plugin `bridge` lays it out. */
export interface NetworkPlan {
  readonly bridge: string;
  readonly subnet: Subnet;
  /** Whether the kernel has IPv6. */
  readonly ipv6: boolean;
  readonly pods: ReadonlyMap<string, PodNetwork>;
}

export function networkPlan(
  labId: string,
  podNames: readonly string[],
  { subnet, ipv6 }: Pick<NetworkPlan, 'subnet' | 'ipv6'>,
): NetworkPlan {
  const pods = podNames.map((name, index): [string, PodNetwork] => [
    name,
    { netns: `podlag-${labId}-${name}`, nodeEnd: `veth${labId}-${index}`, addresses: subnet.pod(index) },
  ]);
  return { bridge: `podlag-${labId}`, subnet, ipv6, pods: new Map(pods) };
}

/** Lines for `ip -batch`, on the node. */
export function nodeCommands({ bridge, subnet, ipv6, pods }: NetworkPlan): readonly string[] {
  return [
    `link add ${bridge} type bridge`,
    `addr add ${subnet.nodeIp}/${prefixLength.ipv4} dev ${bridge}`,
    ...(ipv6 ? [`addr add ${subnet.nodeIpv6}/${prefixLength.ipv6} dev ${bridge} nodad`] : []),
    `link set ${bridge} up`,
    ...[...pods.values()].flatMap(({ netns, nodeEnd }) => [
      `netns add ${netns}`,
      `link add ${nodeEnd} type veth peer name eth0 netns ${netns}`,
      `link set ${nodeEnd} master ${bridge} up`,
    ]),
  ];
}

/** Lines for `ip -n NETNS -batch`. Without duplicate address detection, which keeps an IPv6 address back for a second. */
export function podCommands({ subnet, ipv6 }: NetworkPlan, { addresses }: PodNetwork): readonly string[] {
  return [
    'link set lo up',
    'link set eth0 up',
    `addr add ${addresses.ipv4}/${prefixLength.ipv4} dev eth0`,
    `route add default via ${subnet.nodeIp}`,
    ...(ipv6
      ? [
          `addr add ${addresses.ipv6}/${prefixLength.ipv6} dev eth0 nodad`,
          `route add default via ${subnet.nodeIpv6}`,
        ]
      : []),
  ];
}

/** Lines for `ip -force -batch`: a veth pair ends with the namespace that one end is in. */
export function removalCommands({ bridge, pods }: NetworkPlan): readonly string[] {
  return [...[...pods.values()].map(({ netns }) => `netns del ${netns}`), `link del ${bridge}`];
}
