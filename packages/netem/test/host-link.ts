import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);

const port = 5201;
const device = 'podlag0';
/** Two at each end: what meets one must leave the other alone. */
const here = ['10.99.0.1', '10.99.1.1'] as const;
const there = ['10.99.0.2', '10.99.1.2'] as const;

/** What came of a stream: sizes and times of arrival at the receiver. */
export interface Arrivals {
  readonly sent: number;
  readonly received: number;
  /** From the first arrival to the last. */
  readonly seconds: number;
}

export interface HostStream {
  /** From the device under test to its peer, or the way back. */
  readonly way: 'out' | 'in';
  /** Which of the two addresses of the receiver. */
  readonly to: 0 | 1;
  readonly perSecond: number;
  readonly count: number;
  readonly bytes: number;
}

/**
 * A link on the host's own kernel, made of what a user namespace allows without mounts: the peer is the network
 * namespace of a process that waits.
 */
export interface HostLink {
  readonly device: string;
  /** The peer's addresses. */
  readonly there: readonly [string, string];
  /** The peer's first address answers here. */
  stream(stream: HostStream): Promise<Arrivals>;
  remove(): void;
}

export async function makeHostLink(): Promise<HostLink> {
  const peer = spawn('unshare', ['-n', 'sh', '-c', 'echo ready; exec sleep 3600']);
  await once(peer.stdout, 'data');
  const inPeer = ['nsenter', '-t', String(peer.pid), '-n'];
  ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0');
  ip('link', 'set', 'eth0', 'netns', String(peer.pid));
  for (const [prefix, name, addresses] of [
    [[], device, here],
    [inPeer, 'eth0', there],
  ] as const) {
    command([...prefix, 'ip', 'link', 'set', name, 'up']);
    for (const address of addresses) command([...prefix, 'ip', 'addr', 'add', `${address}/24`, 'dev', name]);
  }
  const ends = {
    out: { from: [], to: inPeer, addresses: there },
    in: { from: inPeer, to: [], addresses: here },
  };
  return {
    device,
    there,
    stream: ({ way, to, ...options }) => {
      const { from, to: receiver, addresses } = ends[way];
      return stream({ from, receiver, address: addresses[to], ...options });
    },
    remove: () => {
      ip('link', 'del', device);
      peer.kill('SIGKILL');
    },
  };
}

interface Stream extends Pick<HostStream, 'perSecond' | 'count' | 'bytes'> {
  /** Words before the command, which bring it into its namespace. */
  readonly from: readonly string[];
  readonly receiver: readonly string[];
  readonly address: string;
}

async function stream({ from, receiver, address, perSecond, count, bytes }: Stream): Promise<Arrivals> {
  const [sinkProgram = '', ...sinkArguments]: readonly string[] = [
    ...receiver,
    process.execPath,
    join(__dirname, 'udp-sink.mjs'),
    address,
    String(port),
  ];
  const sink = spawn(sinkProgram, sinkArguments);
  await once(sink.stdout, 'data');
  const [sourceProgram = '', ...sourceArguments]: readonly string[] = [
    ...from,
    process.execPath,
    join(__dirname, 'udp-source.mjs'),
    ...[address, port, perSecond, count, bytes].map(String),
  ];
  // A packet that the kernel refuses to send (ENOBUFS) ends the source with an error, and so the test.
  const { stdout } = await run(sourceProgram, sourceArguments);
  const output = await stop(sink);
  const times = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(line.split(' ')[2]));
  return {
    sent: Number(stdout),
    received: times.length,
    seconds: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1e9,
  };
}

/** A queue of the slowest rate that is tested is empty after this. */
const lingerMs = 1_500;

async function stop(sink: ChildProcess): Promise<string> {
  // The one wait that no condition can replace: that nothing comes any more.
  await new Promise((resolve) => void setTimeout(resolve, lingerMs));
  const output = text(sink.stdout!);
  sink.kill('SIGTERM');
  return output;
}

/**
 * A folder with `tc` and `ip` that run with NET_ADMIN and nothing else, as in a pod. This process has every capability of
 * its user namespace: it makes namespaces.
 */
export function netAdminOnly(): string {
  const folder = mkdtempSync(join(tmpdir(), 'podlag-net-admin-'));
  for (const name of ['tc', 'ip']) {
    const file = join(folder, name);
    const path = execFileSync('sh', ['-c', `PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v ${name}`], {
      encoding: 'utf8',
    }).trim();
    writeFileSync(
      file,
      `#!/bin/sh\nexec setpriv --bounding-set -all,+net_admin --inh-caps -all,+net_admin ${path} "$@"\n`,
    );
    chmodSync(file, 0o755);
  }
  return folder;
}

function ip(...args: string[]): void {
  command(['ip', ...args]);
}

function command([program = '', ...args]: readonly string[]): void {
  execFileSync(program, args);
}
