// Receives numbered, time-stamped UDP packets and prints, for each, its number, how long it was under
// way and when it came, in nanoseconds.
// Both clocks are CLOCK_MONOTONIC of one kernel, so the difference is the delay and the receiver's own slowness.
import { createSocket } from 'node:dgram';

const [, , address, port] = process.argv;
const lines = [];
const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
socket.on('message', (message) => {
  const now = process.hrtime.bigint();
  lines.push(`${message.readBigUInt64BE(0)} ${now - message.readBigUInt64BE(8)} ${now}`);
});
socket.bind({ address, port: Number(port) }, () => {
  socket.setRecvBufferSize(8 << 20);
  process.stdout.write('listening\n');
});
process.on('SIGTERM', () => {
  process.stdout.write(`${lines.join('\n')}\n`, () => process.exit(0));
});
