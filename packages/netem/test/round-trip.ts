import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6, Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Link } from './link';

const run = promisify(execFile);

/** From the device under test to its peer and back. */
export interface Question {
  readonly protocol: 'icmp' | 'tcp' | 'udp';
  readonly address: string;
  /** Of the peer; not for ICMP. */
  readonly port?: number;
  readonly localPort?: number;
  /** As `ping -Q` takes it. */
  readonly typeOfService?: string;
}

/** After this a packet is taken for lost; a SYN is repeated after a second. */
const patienceMs = 500;

/** The least of three, in milliseconds: a hiccup of the machine is not in all of them. Undefined when none came back. */
export async function roundTripMs(question: Question): Promise<number | undefined> {
  if (question.protocol === 'icmp') return pingMs(question);
  const once = question.protocol === 'tcp' ? connectMs : echoMs;
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const time = await once(question);
    if (time !== undefined) times.push(time);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

async function pingMs({ address, typeOfService }: Question): Promise<number | undefined> {
  const tos = typeOfService === undefined ? [] : ['-Q', typeOfService];
  const args = ['-n', '-c', '3', '-i', '0.02', '-W', String(patienceMs / 1000), ...tos, address];
  const { stdout } = await run('ping', args).catch((error: unknown) => error as { stdout: string });
  const least = /rtt min\/avg\/max\/mdev = ([0-9.]+)\//.exec(stdout)?.[1];
  return least === undefined ? undefined : Number(least);
}

function connectMs({ address, port = 0, localPort }: Question): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const start = performance.now();
    const end = (time: number | undefined): void => {
      clearTimeout(timer);
      // With a reset, so that the same local port can be used again at once; one that never connected has none to send.
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
      resolve(time);
    };
    const timer = setTimeout(() => end(undefined), patienceMs);
    socket.on('connect', () => end(performance.now() - start));
    socket.on('error', () => end(undefined));
    socket.connect({ host: address, port, ...(localPort === undefined ? {} : { localPort }) });
  });
}

function echoMs({ address, port = 0, localPort = 0 }: Question): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const end = (time: number | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(time);
    };
    const timer = setTimeout(() => end(undefined), patienceMs);
    socket.bind(localPort, () => {
      const start = performance.now();
      socket.on('message', () => end(performance.now() - start));
      socket.send('?', port, address);
    });
  });
}

/** What answers at the peer; ended by its `kill`. */
export async function echoServer({ peer }: Link, ports: readonly number[]): Promise<ChildProcess> {
  const server = spawn(
    'ip',
    ['netns', 'exec', peer, process.execPath, join(__dirname, 'echo-server.mjs'), ...ports.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(server.stdout, 'data');
  return server;
}
