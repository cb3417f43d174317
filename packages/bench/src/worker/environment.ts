import { execFile } from 'node:child_process';
import { machine } from 'node:os';
import { promisify } from 'node:util';
import { defaultRoutesIn } from '@podlag/core';
import * as z from 'zod';
import type { Environment } from '../record/manifest';
import { cpuLimit, textsBelow, type ReadText } from './environment-cgroup';

const toolTimeoutMs = 2_000;

/** Where an environment is read from. */
export interface EnvironmentSources {
  /** Folder below which /proc and /sys are read. Default `/`. */
  readonly root?: string;
  /** What `tc -j qdisc show dev DEVICE` prints; rejects where there is no tc. */
  readonly qdiscs?: (device: string) => Promise<string>;
}

/** What this process's machine, cgroup and network namespace are. What cannot be read is absent, never guessed. */
export async function readEnvironment(sources: EnvironmentSources = {}): Promise<Environment> {
  const read = textsBelow(sources.root ?? '/');
  const qdiscs = sources.qdiscs ?? tcQdiscs;
  const readings: Unsure<Environment> = {
    kernel: await line(read, '/proc/sys/kernel/osrelease'),
    architecture: machine(),
    ...processors(await read('/proc/cpuinfo')),
    memoryBytes: memory(await read('/proc/meminfo')),
    congestionControl: await line(read, '/proc/sys/net/ipv4/tcp_congestion_control'),
    cpuLimit: await cpuLimit(read),
    ...(await network(read, qdiscs)),
  };
  return withoutUnknown(readings);
}

type Unsure<T> = { readonly [Key in keyof T]: T[Key] | undefined };

function withoutUnknown<T>(readings: Unsure<T>): T {
  return Object.fromEntries(Object.entries(readings).filter(([, value]) => value !== undefined)) as T;
}

async function network(
  read: ReadText,
  qdiscs: (device: string) => Promise<string>,
): Promise<Unsure<Pick<Environment, 'device' | 'mtu' | 'qdisc'>>> {
  const ipv4 = (await read('/proc/net/route')) ?? '';
  const ipv6 = (await read('/proc/net/ipv6_route')) ?? '';
  const [route] = defaultRoutesIn({ ipv4, ipv6 });
  if (route === undefined) return {};
  const { device } = route;
  const mtu = Number(await line(read, `/sys/class/net/${device}/mtu`));
  return {
    device,
    mtu: Number.isInteger(mtu) && mtu > 0 ? mtu : undefined,
    qdisc: await rootQdisc(qdiscs, device),
  };
}

const qdiscSchema = z.array(z.object({ kind: z.string(), root: z.boolean().optional() }));

async function rootQdisc(
  qdiscs: (device: string) => Promise<string>,
  device: string,
): Promise<string | undefined> {
  try {
    return qdiscSchema.parse(JSON.parse(await qdiscs(device))).find(({ root }) => root === true)?.kind;
  } catch {
    // No tc, a tc without JSON, no right to ask: all the same, it is not known.
    return undefined;
  }
}

async function tcQdiscs(device: string): Promise<string> {
  const { stdout } = await promisify(execFile)('tc', ['-j', 'qdisc', 'show', 'dev', device], {
    timeout: toolTimeoutMs,
  });
  return stdout;
}

/** x86 and User-Mode Linux say `model name` of each processor; ARM says none. */
function processors(cpuinfo: string | undefined): Unsure<Pick<Environment, 'cpuModel' | 'cpus'>> {
  const count = cpuinfo?.match(/^processor\s*:/gm)?.length;
  const [, model] = /^model name\s*:\s*(.+)$/m.exec(cpuinfo ?? '') ?? [];
  return { cpuModel: model?.trim(), cpus: count };
}

function memory(meminfo: string | undefined): number | undefined {
  const [, kibibytes] = /^MemTotal:\s*([0-9]+) kB$/m.exec(meminfo ?? '') ?? [];
  return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
}

async function line(read: ReadText, file: string): Promise<string | undefined> {
  const text = (await read(file))?.trim();
  return text === '' ? undefined : text;
}
