// Sends numbered, time-stamped UDP packets at a rate, and prints how many. A process of its own, so that nothing that
// the test does can hold it up.
import { createSocket } from 'node:dgram';

const [, , address, port, perSecond, count, bytes = '64'] = process.argv;
const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
const start = process.hrtime.bigint();
const gapNs = 1e9 / Number(perSecond);
let sent = 0;

function sendWhatIsDue() {
  const due = Math.min(Number(count), Math.floor(Number(process.hrtime.bigint() - start) / gapNs) + 1);
  for (; sent < due; sent += 1) {
    const packet = Buffer.alloc(Number(bytes));
    packet.writeBigUInt64BE(BigInt(sent), 0);
    packet.writeBigUInt64BE(process.hrtime.bigint(), 8);
    // send is over only when it calls back: a socket closed before takes its last packets with it.
    socket.send(packet, Number(port), address, sent + 1 === Number(count) ? finish : undefined);
  }
  if (sent < Number(count)) setTimeout(sendWhatIsDue, 1);
}

function finish() {
  socket.close(() => process.stdout.write(`${sent}\n`));
}

sendWhatIsDue();
