import type { PodlagError } from '@podlag/core';
import type { Capabilities } from '../capabilities';
import { probe } from '../kernel/probe';
import type { Transport } from '../kernel/transport';
import { addLink } from './link-message';
import { explainErrno } from './netlink-failure';
import type { NetlinkSocket } from './socket';

/** TCA_NETEM_LATENCY64 counts nanoseconds. */
const timeStepNanoseconds = 1;
/** The longest delay of a fault, an hour: the kernel itself ends far beyond it. */
const longestTimeNanoseconds = 3600 * 1_000_000_000;

/** Tries the kernel over the transport that will be used. */
export function probeNetlink(transport: Transport, socket: NetlinkSocket): Promise<Capabilities> {
  return probe({
    transport,
    addScratch: (device, kind) => addScratch(socket, device, kind),
    knows: { driver: 'netlink', iproute2: undefined, timeStepNanoseconds, longestTimeNanoseconds },
  });
}

async function addScratch(
  socket: NetlinkSocket,
  device: string,
  kind: string,
): Promise<PodlagError | undefined> {
  const [answer] = await socket.request([addLink(device, kind)]);
  const errno = answer?.errno ?? 0;
  return errno === 0 ? undefined : explainErrno({ kind: 'link', verb: 'add', device }, errno, true);
}
