import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { benchErrors } from '../bench-errors';
import type { ListenAt, ProbeServer } from './probe';

/** A client that is gone without a word, as behind a fault, must not hold its socket for ever. */
export const idleTimeoutMs = 120_000;
const mostConnections = 1024;

/**
 * Serves TCP clients one after another and several at once. A connection ends when its client does, fails, or is silent for
 * two minutes.
 *
 * @throws PodlagError `cannot-listen`
 */
export async function listenTcp(at: ListenAt, serve: (socket: Socket) => void): Promise<ProbeServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Clients end connections by reset, on purpose: it leaves no TIME_WAIT.
    socket.on('error', () => socket.destroy());
    socket.setTimeout(idleTimeoutMs, () => socket.destroy());
    serve(socket);
  });
  server.maxConnections = mostConnections;
  const port = await listening(server, at);
  return { port, close: () => closed(server, sockets) };
}

/**
 * Listens, and says on which port.
 *
 * @throws PodlagError `cannot-listen`
 */
export async function listening(server: Server, { port, host }: ListenAt): Promise<number> {
  try {
    server.listen({ port, host, backlog: mostConnections });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(port, error);
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

export function cannotListen(port: number, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return benchErrors.error('cannot-listen', `port ${port}: ${why}`, { cause });
}

async function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const over = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await over;
}
