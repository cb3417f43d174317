import { blockOf, parseCidr, printBlock, type AddressBlock } from '@podlag/core';
import { clusterErrors } from './cluster-errors';
import type { ClusterOptions } from './cluster-state';
import type { DiskNeed } from './disk-needs';
import type { FoundNetwork } from './host-network';

/** What a machine was found to be. */
export interface Machine {
  readonly isRoot: boolean;
  /** As `process.platform` and `process.arch` name them. */
  readonly platform: string;
  readonly arch: string;
  /** What was said when a tap device was tried, in a network namespace. */
  readonly tap: Trial;
  /** And when a chain that translates addresses was. */
  readonly nat: Trial;
  /** Destinations of all its IPv4 routes, as ip(8) prints them: `default`, `10.0.0.0/8`, `10.0.0.7`. */
  readonly routes: readonly string[];
  readonly network: FoundNetwork;
  /** MemAvailable of /proc/meminfo, in MiB. */
  readonly availableMemoryMb: number;
  readonly disks: readonly Disk[];
}

export type Trial = { readonly kind: 'works' } | { readonly kind: 'refused'; readonly message: string };

/** A folder that will grow, and the disk that it is on. */
export interface Disk extends DiskNeed {
  /** `st_dev` of stat(2): folders on the same disk have the same. */
  readonly device: number;
  /** Of the disk. */
  readonly freeMb: number;
}

/** Of the control plane, kube-proxy and the supervisor: measured, 1.1 GB. */
const hostMemoryMb = 1200;

/**
 * Answers when a cluster can run on this machine, with warnings for its user.
 *
 * @throws PodlagError for the first thing that is in the way, with its fix
 */
export function requireMachine(machine: Machine, options: ClusterOptions): readonly string[] {
  requireKind(machine);
  requireKernel(machine);
  requireFreeNames(machine.network);
  requireFreeNetwork(options.network, machine.routes);
  requireRoom(machine.disks);
  return memoryWarnings(machine.availableMemoryMb, options);
}

function requireKind({ isRoot, platform, arch }: Machine): void {
  if (platform !== 'linux' || arch !== 'x64') {
    throw clusterErrors.error(
      'unsupported-machine',
      `The nodes' kernel runs on x86_64 Linux, and this is ${arch} ${platform}.`,
    );
  }
  if (!isRoot) {
    throw clusterErrors.error('not-root', 'A network namespace that the host has a route to needs root.');
  }
}

function requireKernel({ tap, nat }: Machine): void {
  if (tap.kind === 'refused') {
    throw clusterErrors.error('no-tap', `A tap device, which is a node's link, is refused: ${tap.message}`);
  }
  if (nat.kind === 'refused') {
    throw clusterErrors.error('no-nat', `A nat chain, which Services need, is refused: ${nat.message}`);
  }
}

function requireFreeNames({ namespace, device }: FoundNetwork): void {
  if (namespace) {
    throw clusterErrors.error('names-taken', 'There is a network namespace podlag-cluster that is not ours.');
  }
  if (device) throw clusterErrors.error('names-taken', 'There is a device podlag-host that is not ours.');
}

/** What is shorter leads to most of the world, as the default route does: a VPN may have 0.0.0.0/1 and 128.0.0.0/1. */
const shortestPrefixLength = 8;

function requireFreeNetwork(network: string, routes: readonly string[]): void {
  const wanted = blockOf(parseCidr(network));
  const blocks = routes
    .filter((route) => route !== 'default')
    .map((route) => blockOf(parseCidr(route)))
    .filter(({ prefixLength }) => prefixLength >= shortestPrefixLength);
  const other = blocks.find((block) => overlap(wanted, block));
  if (other === undefined) return;
  const free = candidates().find((candidate) => !blocks.some((block) => overlap(candidate, block)));
  throw clusterErrors.error(
    'network-taken',
    `This machine has a route to ${printBlock(other)}, and the cluster would be ${network}.`,
    {
      hint:
        free === undefined ? noneFree(blocks) : `Choose another one: --network ${printBlock(free)} is free.`,
    },
  );
}

/** The route that leads to most addresses is the likeliest to be one too many. */
function noneFree(blocks: readonly AddressBlock[]): string {
  const inTheWay = blocks
    .filter((block) => candidates().some((candidate) => overlap(candidate, block)))
    .toSorted((one, another) => one.prefixLength - another.prefixLength)
    .map(printBlock);
  return `No private /14 is free. Remove a route of these for as long as the cluster is up: ${inTheWay.slice(0, 3).join(', ')} (\`ip route show table all\` tells whose it is); or name a /14 of other addresses by --network.`;
}

/** Every /14 of 10.0.0.0/8 from the default on, then those of 172.16.0.0/12 and 100.64.0.0/10 (RFC 1918, RFC 6598). */
function candidates(): readonly AddressBlock[] {
  const from = (first: number, from: number, to: number): readonly string[] =>
    Array.from({ length: (to - from) / 4 }, (_, index) => `${first}.${from + 4 * index}.0.0/14`);
  return [...from(10, 76, 256), ...from(10, 0, 76), ...from(172, 16, 32), ...from(100, 64, 128)].map((text) =>
    blockOf(parseCidr(text)),
  );
}

/** Of two blocks that are not the same, one is in the other or they have nothing in common. */
function overlap(one: AddressBlock, other: AddressBlock): boolean {
  const { prefixLength } = one.prefixLength < other.prefixLength ? one : other;
  const prefix = ({ words }: AddressBlock): number =>
    prefixLength === 0 ? 0 : (words[0] ?? 0) >>> (32 - prefixLength);
  return one.family === other.family && prefix(one) === prefix(other);
}

/** Folders on the same disk share its room. */
function requireRoom(disks: readonly Disk[]): void {
  for (const ofOne of Map.groupBy(disks, ({ device }) => device).values()) {
    const neededMb = ofOne.reduce((sum, need) => sum + need.neededMb, 0);
    const freeMb = Math.min(...ofOne.map((disk) => disk.freeMb));
    if (freeMb >= neededMb) continue;
    const parts = ofOne.map((need) => `${need.neededMb} MB in ${need.folder}`);
    throw clusterErrors.error(
      'disk-full',
      `${freeMb} MB are left on the disk, and the cluster needs up to ${neededMb} MB there: ${parts.join(', ')}.`,
    );
  }
}

/** What is promised to a node is taken when it is used. So this may be well all the same. */
function memoryWarnings(availableMb: number, { nodes, memoryMb }: ClusterOptions): readonly string[] {
  const neededMb = nodes * memoryMb + hostMemoryMb;
  if (availableMb >= neededMb) return [];
  return [
    `${availableMb} MB of memory are available, and the cluster may come to use ${neededMb} MB ` +
      `(${nodes} x ${memoryMb} MB for nodes): --memory and --nodes change that.`,
  ];
}
