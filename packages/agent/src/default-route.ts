import { readFile } from 'node:fs/promises';
import { agentErrors } from './agent-errors';

/** RTF_UP of linux/route.h. */
const routeIsUp = 0x1;
/** RTF_REJECT: an unreachable route, which the kernel keeps on lo as the default of IPv6. */
const routeRejects = 0x200;

interface Route {
  readonly device: string;
  readonly metric: number;
}

/**
 * The device that packets to the rest of the world leave by: that of the default route, IPv4 first.
 *
 * @throws PodlagError `no-default-route`
 */
export async function defaultRouteDevice(
  read: (file: string) => Promise<string> = readProc,
): Promise<string> {
  const found =
    defaultOfIpv4(await read('/proc/net/route')) ?? defaultOfIpv6(await read('/proc/net/ipv6_route'));
  if (found === undefined) {
    throw agentErrors.error(
      'no-default-route',
      'the pod has no default route, so there is no telling which device to shape',
    );
  }
  return found;
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
export function defaultOfIpv4(table: string): string | undefined {
  const routes = rows(table).flatMap(([device = '', destination, , flags = '0', , , metric, mask]) => {
    const isDefault = destination === '00000000' && mask === '00000000';
    return isDefault && (parseInt(flags, 16) & routeIsUp) !== 0 ? [{ device, metric: Number(metric) }] : [];
  });
  return best(routes);
}

/** destination prefix source prefix nexthop metric refcnt use flags device; all but the device in hexadecimal. */
export function defaultOfIpv6(table: string): string | undefined {
  const routes = rows(table).flatMap((row) => {
    const [destination = '', prefix, , , , metric = '0', , , flags = '0', device = ''] = row;
    const isDefault = /^0+$/.test(destination) && prefix === '00' && device !== 'lo';
    const usable = (parseInt(flags, 16) & routeIsUp) !== 0 && (parseInt(flags, 16) & routeRejects) === 0;
    return isDefault && usable ? [{ device, metric: parseInt(metric, 16) }] : [];
  });
  return best(routes);
}

function rows(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.trim().split(/\s+/));
}

function best(routes: readonly Route[]): string | undefined {
  return [...routes].sort((one, other) => one.metric - other.metric)[0]?.device;
}
