import { netemErrors } from '../netem-errors';

/** What is used of the npm package `netlink`: a raw socket of AF_NETLINK, which Node itself does not have. */
export interface RawSocket {
  on(event: 'message', listener: (datagram: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  /** Sends at once; the kernel has done all that the messages ask for when it returns. */
  send(datagram: Uint8Array, options: undefined, sent: (error?: Error) => void): void;
  /** An idle socket is no reason for the program to stay. */
  ref(): void;
  unref(): void;
  close(): void;
}

interface RawModule {
  readonly RawNetlinkSocket: new (protocol: number) => RawSocket;
}

/** NETLINK_ROUTE of linux/netlink.h. */
const routeProtocol = 0;

/**
 * Opens a socket to rtnetlink. The package's own codecs, which nobody here uses, are half a megabyte of JavaScript, so
 * only its lowest layer is loaded, and only now: who drives tc needs no native code.
 *
 * @throws PodlagError `netlink-missing`
 */
export async function openRawSocket(): Promise<RawSocket> {
  try {
    const { RawNetlinkSocket } = (await import('netlink/dist/raw')) as unknown as RawModule;
    return new RawNetlinkSocket(routeProtocol);
  } catch (cause) {
    // Node lists below it which file wanted which.
    const [reason = ''] = (cause as Error).message.split('\n');
    throw netemErrors.error('netlink-missing', `no netlink socket: ${reason}`, { cause });
  }
}
