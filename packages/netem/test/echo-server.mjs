// Listens on TCP ports, and on the same UDP ports answers with what it got. Prints a line when all are open.
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const ports = process.argv.slice(2).map(Number);
for (const port of ports) {
  const server = createServer((connection) => connection.on('error', () => connection.destroy()).end());
  await once(server.listen(port, '::'), 'listening');
  for (const [type, address] of [
    ['udp4', '0.0.0.0'],
    ['udp6', '::'],
  ]) {
    const socket = createSocket({ type, ipv6Only: type === 'udp6' });
    socket.on('message', (message, { address: peer, port: peerPort }) =>
      socket.send(message, peerPort, peer),
    );
    socket.bind({ port, address });
    await once(socket, 'listening');
  }
}
process.stdout.write('listening\n');
