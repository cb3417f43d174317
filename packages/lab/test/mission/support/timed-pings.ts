import type { Json } from '../../install/installation';
import { httpServer } from './http-calls';
import { execIn, httpPorts, measuringPod, type MeasuringPod, type PodOptions } from './measuring-pod';

const echoPort = 7007;

// Answers each datagram with the time at which it came, by the clock of its node.
const echo = `
const socket = require('node:dgram').createSocket('udp4');
const now = () => performance.timeOrigin + performance.now();
socket.on('message', (message, { port, address }) => {
  const at = Buffer.alloc(8);
  at.writeDoubleBE(now());
  socket.send(Buffer.concat([message, at]), port, address);
});
socket.bind(${echoPort});
process.on('SIGTERM', () => process.exit());
`;

/** A `measuringPod` that answers `timedPings`, too. */
export function timedPod(name: string, options: PodOptions = {}): Json {
  const pod = measuringPod(name, options) as { spec: { containers: Json[] } } & Json;
  const containers = pod.spec.containers.map((container) =>
    container.name === 'http'
      ? { ...container, command: ['node', '-e', httpServer + echo, ...httpPorts.map(String)] }
      : container,
  );
  return { ...pod, spec: { ...pod.spec, containers } };
}

// A request has when it was sent; its answer has when it came there behind that.
const pings = `
const [address, intervalMs, seconds] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
const now = () => performance.timeOrigin + performance.now();
const addresses = address.split(',');
const found = addresses.map(() => []);
socket.on('message', (message, { address }) => {
  const [sentAt, cameAt, backAt] = [message.readDoubleBE(0), message.readDoubleBE(8), now()];
  found[addresses.indexOf(address)].push([sentAt, cameAt - sentAt, backAt - sentAt]);
});
socket.bind(0, () => {
  const send = () => {
    for (const to of addresses) {
      const request = Buffer.alloc(8);
      request.writeDoubleBE(now());
      socket.send(request, ${echoPort}, to);
    }
  };
  const timer = setInterval(send, Number(intervalMs));
  setTimeout(() => { clearInterval(timer); setTimeout(end, 500); }, seconds * 1000);
  const end = () => { socket.close(); process.stdout.write(JSON.stringify(found)); };
});
`;

/** A request that was answered. */
export interface TimedPing {
  /** In milliseconds since the epoch, by the clock of the node that it was sent from. */
  readonly sentAt: number;
  /** How long it was on its way there, in milliseconds: by two clocks, where the pods are on two nodes. */
  readonly thereMs: number;
  /** There and back, in milliseconds. */
  readonly roundTripMs: number;
}

/**
 * Asks each of these pods over UDP every so many milliseconds for so many seconds, whether or not answers come: unlike
 * a ping's, its lines have the time. @returns what was answered, in the order of `to` and of when it was sent
 */
export async function timedPings(
  from: MeasuringPod,
  to: readonly MeasuringPod[],
  { intervalMs, seconds }: { readonly intervalMs: number; readonly seconds: number },
): Promise<readonly (readonly TimedPing[])[]> {
  const addresses = to.map(({ ip }) => ip).join(',');
  const command = ['node', '-e', pings, '--', addresses, String(intervalMs), String(seconds)];
  const found = JSON.parse(await execIn(from.namespace, from.name, 'http', command)) as number[][][];
  return found.map((answers) =>
    answers
      .map(([sentAt, thereMs, roundTripMs]) => ({ sentAt, thereMs, roundTripMs }) as TimedPing)
      .sort((one, other) => one.sentAt - other.sentAt),
  );
}
