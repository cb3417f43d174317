import { readFile } from 'node:fs/promises';
import { parseCidr, type Cidr } from '@podlag/core';
import { agentErrors } from './agent-errors';

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

type Read = (file: string) => Promise<string>;

/** The default routes of this network namespace, IPv4 first; of each family the one that the kernel prefers. */
export async function defaultRoutes(read: Read = readProc): Promise<readonly DefaultRoute[]> {
  const four = defaultOfIpv4(await read('/proc/net/route'));
  const six = defaultOfIpv6(await read('/proc/net/ipv6_route'));
  return [four, six].filter((route) => route !== undefined);
}

/**
 * The device that packets to the rest of the world leave by.
 *
 * @throws PodlagError `no-default-route`
 */
export function defaultRouteDevice([first]: readonly DefaultRoute[]): string {
  if (first === undefined) {
    throw agentErrors.error(
      'no-default-route',
      'the pod has no default route, so there is no telling which device to shape',
    );
  }
  return first.device;
}

/** A kernel without IPv6 has no table of it. */
async function readProc(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Iface Destination Gateway Flags RefCnt Use Metric Mask ...; addresses and flags in hexadecimal. */
export function defaultOfIpv4(table: string): DefaultRoute | undefined {
  const routes = rows(table).flatMap((row) => {
    const [device = '', destination, nextHop = '', flags = '0', , , metric, mask] = row;
    const isDefault = destination === '00000000' && mask === '00000000';
    if (!isDefault || (parseInt(flags, 16) & routeIsUp) === 0) return [];
    return [{ device, gateway: ipv4Address(nextHop), metric: Number(metric) }];
  });
  return best(routes);
}

/** destination prefix source prefix nexthop metric refcnt use flags device; all but the device in hexadecimal. */
export function defaultOfIpv6(table: string): DefaultRoute | undefined {
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
