import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePorts } from './free-port';

test('ports are different and can be listened on', async () => {
  const ports = await freePorts('127.0.0.1', 5);
  expect(new Set(ports).size).toBe(5);
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  }
});
