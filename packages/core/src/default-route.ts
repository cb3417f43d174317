import { parseCidr, type Cidr } from './target';

/** RTF_UP of linux/route.h. */
const routeIsUp = 0x1;
/** RTF_REJECT: an unreachable route, which the kernel keeps on lo as the default of IPv6. */
const routeRejects = 0x200;

/** Where packets to the rest of the world go. */
export interface DefaultRoute {
  readonly device: string;
  /** Absent for a route that names no next hop. */
  readonly gateway: Cidr | undefined;
}

interface Route extends DefaultRoute {
  readonly metric: number;
}

/** The kernel's tables, as text: empty where there is none, as without IPv6. */
export interface RouteTables {
  /** /proc/net/route */
  readonly ipv4: string;
  /** /proc/net/ipv6_route */
  readonly ipv6: string;
}

/** The default routes of a network namespace, IPv4 first; of each family the one that the kernel prefers. Pure. */
export function defaultRoutesIn({ ipv4, ipv6 }: RouteTables): readonly DefaultRoute[] {
  return [defaultOfIpv4(ipv4), defaultOfIpv6(ipv6)].filter((route) => route !== undefined);
}

/** Iface Destination Gateway Flags RefCnt Use Metric Mask ...; addresses and flags in hexadecimal. */
function defaultOfIpv4(table: string): DefaultRoute | undefined {
  const routes = rows(table).flatMap((row) => {
    const [device = '', destination, nextHop = '', flags = '0', , , metric, mask] = row;
    const isDefault = destination === '00000000' && mask === '00000000';
    if (!isDefault || (parseInt(flags, 16) & routeIsUp) === 0) return [];
    return [{ device, gateway: ipv4Address(nextHop), metric: Number(metric) }];
  });
  return best(routes);
}

/** destination prefix source prefix nexthop metric refcnt use flags device; all but the device in hexadecimal. */
function defaultOfIpv6(table: string): DefaultRoute | undefined {
  const routes = rows(table).flatMap((row) => {
    const [destination = '', prefix, , , nextHop = '', metric = '0', , , flags = '0', device = ''] = row;
    const isDefault = /^0+$/.test(destination) && prefix === '00' && device !== 'lo';
    if (!isDefault || !isUsable(parseInt(flags, 16))) return [];
    return [{ device, gateway: ipv6Address(nextHop), metric: parseInt(metric, 16) }];
  });
  return best(routes);
}

function isUsable(flags: number): boolean {
  return (flags & routeIsUp) !== 0 && (flags & routeRejects) === 0;
}

function rows(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.trim().split(/\s+/));
}

function best(routes: readonly Route[]): DefaultRoute | undefined {
  const [first] = [...routes].sort((one, other) => one.metric - other.metric);
  return first && { device: first.device, gateway: first.gateway };
}

/** The four bytes in memory, printed as one number: on the little-endian machines that podlag runs on, the last first. */
function ipv4Address(hex: string): Cidr | undefined {
  if (!/^[0-9A-F]{8}$/i.test(hex) || /^0+$/.test(hex)) return undefined;
  return parseCidr([...Buffer.from(hex, 'hex')].reverse().join('.'));
}

function ipv6Address(hex: string): Cidr | undefined {
  if (!/^[0-9a-f]{32}$/i.test(hex) || /^0+$/.test(hex)) return undefined;
  return parseCidr(hex.replace(/(.{4})(?=.)/g, '$1:'));
}
