import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { turnAround } from './datagram';
import type { ListenAt, ProbeServer } from './probe';
import { cannotListen, listenTcp } from './tcp-listener';

/**
 * Sends datagrams back, and listens on the TCP port of the same number, so that one can see that it is there.
 *
 * @throws PodlagError `cannot-listen`
 */
export async function serveUdp(at: ListenAt): Promise<ProbeServer> {
  const socket = await bound(at);
  socket.on('message', (datagram, { port, address }) => {
    if (turnAround(datagram)) socket.send(datagram, port, address);
  });
  // A client that is gone answers with ICMP; that is not the other clients' concern.
  socket.on('error', () => undefined);
  try {
    const { port } = socket.address();
    const listener = await listenTcp({ ...at, port }, (connection) => connection.end());
    return {
      port,
      async close() {
        await listener.close();
        await closed(socket);
      },
    };
  } catch (error) {
    await closed(socket);
    throw error;
  }
}

async function closed(socket: Socket): Promise<void> {
  const over = once(socket, 'close');
  socket.close();
  await over;
}

/** Each address of both families; of IPv4 alone where the kernel has no IPv6. */
async function bound(at: ListenAt): Promise<Socket> {
  const { port, host } = at;
  const type = host !== undefined && isIPv4(host) ? 'udp4' : 'udp6';
  try {
    return await boundAs(type, at);
  } catch (error) {
    const hasNoIpv6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(
      (error as NodeJS.ErrnoException).code ?? '',
    );
    if (host === undefined && hasNoIpv6) return await boundAs('udp4', at);
    throw cannotListen(port, error);
  }
}

async function boundAs(type: 'udp4' | 'udp6', { port, host }: ListenAt): Promise<Socket> {
  const socket = createSocket({ type, recvBufferSize: 1 << 20 });
  socket.bind({ port, ...(host === undefined ? {} : { address: host }) });
  try {
    await once(socket, 'listening');
  } catch (error) {
    await closed(socket);
    throw error;
  }
  return socket;
}
