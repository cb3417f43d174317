import { labErrors } from './lab-errors';

/** The range of one lab's pods, and the node's own addresses in it. */
export interface Subnet {
  readonly nodeIp: string;
  readonly nodeIpv6: string;
  /** The addresses of the pod with this index, from 0. */
  pod(index: number): PodAddresses;
}

export interface PodAddresses {
  readonly ipv4: string;
  readonly ipv6: string;
}

export const prefixLength = { ipv4: 24, ipv6: 64 } as const;

/** The first pod's last octet. Below are the node, and room for whoever tries something out by hand. */
const firstPod = 10;
const lastPod = 254;

/** 10.244.0.0/24 and fd00:10:244::/64, the usual pod range of a cluster; the next /24 and /64 when a lab has it already. */
export function firstFreeSubnet(addressesInUse: readonly string[]): Subnet {
  const taken = new Set(addressesInUse.map((address) => address.split('.').slice(0, 3).join('.')));
  const index = Array.from({ length: 256 }, (_, third) => third).find(
    (third) => !taken.has(`10.244.${third}`),
  );
  if (index === undefined)
    throw labErrors.error('no-free-subnet', 'every range from 10.244.0.0/24 to 10.244.255.0/24 is in use');
  return subnet(index);
}

function subnet(index: number): Subnet {
  const ipv4 = (last: number): string => `10.244.${index}.${last}`;
  const ipv6 = (last: number): string =>
    `fd00:10:244:${index === 0 ? '' : `${index.toString(16)}:`}:${last.toString(16)}`;
  return {
    nodeIp: ipv4(1),
    nodeIpv6: ipv6(1),
    pod: (pod) => {
      const last = firstPod + pod;
      if (last > lastPod) {
        throw labErrors.error('no-free-subnet', `a lab has room for ${lastPod - firstPod + 1} pods`, {
          hint: 'Take replicas out of the manifest.',
        });
      }
      return { ipv4: ipv4(last), ipv6: ipv6(last) };
    },
  };
}

/** Of lo, of labs, and what a device has by itself (RFC 4291, 2.5.6). */
const ownAddress = /^(127\.|::1$|10\.244\.|fd00:10:244:|fe80:)/;

/**
 * A bridge and routes on a machine's own network could cut it off from where it is administered. A network of one's own has
 * no addresses but those of lo and of labs.
 *
 * @throws PodlagError `not-in-lab`
 */
export function requireOwnNetwork(addressesInUse: readonly string[]): void {
  const foreign = addressesInUse.find((address) => !ownAddress.test(address));
  if (foreign === undefined) return;
  throw labErrors.error('not-in-lab', `this is the network of a machine, with the address ${foreign}`);
}
