import type { Profile } from './profile';

/**
 * What the agent wants on a device:
 *
 *     1: htb, default 1          the root
 *     ├── 1:1 ── 2: pfifo        passes everything that no filter sends elsewhere
 *     └── 1:10 ─ 10: netem       the profile for everybody
 *     filters of 1:, the first that fits wins
 *       pref 1 to 8              exemptions, to 1:1
 *       pref 60000               everything else, to 1:10
 *
 * HTB and not prio: prio ends at 16 bands and sorts by the type of service, which hits traffic that nobody meant. The
 * last filter is the switch: without it nothing is shaped, whatever else stands.
 */
export interface QdiscTree {
  readonly device: string;
  /** Packets from and to this TCP port pass untouched, so that the agent can be reached to take a fault away. */
  readonly agentPort: number;
  /** Absent: the device is left as if the agent had never been there. */
  readonly profile: Profile | undefined;
}

export const handles = {
  root: '1:',
  passClass: '1:1',
  passLeaf: '2:',
  shapedClass: '1:10',
  shapedLeaf: '10:',
} as const;

/** The root's direct_qlen, which nothing here uses otherwise: the mark by which the agent knows a tree as its own. */
export const ownersMark = 2332;

/** After every exemption, with room for what is more precise. */
export const everybodyPref = 60_000;

/** A filter that keeps packets out of every fault. `matches` are u32 keys: `value/mask at offset`, in hexadecimal. */
export interface Exemption {
  readonly pref: number;
  readonly protocol: 'arp' | 'ip' | 'ipv6';
  readonly matches: readonly string[];
}

/** Any packet of the filter's protocol. */
export const matchAll: readonly string[] = ['00000000/00000000 at 0'];

// An IPv4 header without options, so that the ports are at 20, and not a later fragment, which has no ports.
const plainIpv4 = ['05000000/0f000000 at 0', '00000000/00001fff at 4'];
const ipv4Tcp = [...plainIpv4, '00060000/00ff0000 at 8'];
const ipv6Tcp = ['00000600/0000ff00 at 4'];
const icmpv6 = ['00003a00/0000ff00 at 4'];

/**
 * What no fault may touch. ARP and IPv6 neighbour discovery (RFC 4861: ICMPv6 types 133 to 137), or the first packet
 * to a neighbour would wait twice; the agent's own port, or a loss of 100 % could never be taken back.
 */
export function exemptions(agentPort: number): readonly Exemption[] {
  const port = agentPort.toString(16).padStart(4, '0');
  const source = `${port}0000/ffff0000`;
  const destination = `0000${port}/0000ffff`;
  const rules: readonly Omit<Exemption, 'pref'>[] = [
    { protocol: 'arp', matches: matchAll },
    { protocol: 'ip', matches: [...ipv4Tcp, `${source} at 20`] },
    { protocol: 'ip', matches: [...ipv4Tcp, `${destination} at 20`] },
    { protocol: 'ipv6', matches: [...ipv6Tcp, `${source} at 40`] },
    { protocol: 'ipv6', matches: [...ipv6Tcp, `${destination} at 40`] },
    { protocol: 'ipv6', matches: [...icmpv6, '85000000/ff000000 at 40'] },
    { protocol: 'ipv6', matches: [...icmpv6, '86000000/fe000000 at 40'] },
    { protocol: 'ipv6', matches: [...icmpv6, '88000000/fe000000 at 40'] },
  ];
  return rules.map((rule, index) => ({ pref: index + 1, ...rule }));
}
