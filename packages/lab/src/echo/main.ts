import { createServer } from 'node:net';

/** Stands in for an application: answers each byte with itself, on every port that is given. */
const ports = process.argv.slice(2).map(Number);

function serve(port: number): Promise<void> {
  // A peer that resets its connection ends that connection only.
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket));
  return new Promise((resolve, reject) => {
    // `::` takes IPv4 too; a kernel without IPv6 has only the one.
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EAFNOSUPPORT') server.listen(port, '0.0.0.0', resolve);
      else reject(error);
    });
    server.listen(port, '::', resolve);
  });
}

Promise.all(ports.map(serve)).then(
  () => {
    process.stdout.write('listening\n');
    // With no port there is no server that would keep the program from ending.
    setInterval(() => undefined, 3_600_000);
  },
  (error: unknown) => {
    process.stderr.write(`echo: ${String(error)}\n`);
    process.exit(1);
  },
);
