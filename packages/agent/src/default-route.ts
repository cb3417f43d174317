import { readFile } from 'node:fs/promises';
import { defaultRoutesIn, type DefaultRoute } from '@podlag/core';
import { agentErrors } from './agent-errors';

/** The default routes of this network namespace, IPv4 first. */
export async function defaultRoutes(): Promise<readonly DefaultRoute[]> {
  return defaultRoutesIn({
    ipv4: await readProc('/proc/net/route'),
    ipv6: await readProc('/proc/net/ipv6_route'),
  });
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
