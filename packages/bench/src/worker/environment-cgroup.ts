import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CgroupScheduling } from './self-check-limits';

/** A file's text, or undefined where it cannot be read. */
export type ReadText = (file: string) => Promise<string | undefined>;

/** Reads below a root folder, `/` unless a test has another: what is not there is simply not told. */
export function textsBelow(root: string): ReadText {
  return async (file) => {
    try {
      return await readFile(path.join(root, file), 'utf8');
    } catch {
      // Old kernels, hardened containers and other cgroup versions lack files; which error it is makes no difference.
      return undefined;
    }
  };
}

/**
 * CPU limit of the own cgroup in CPUs; undefined where there is none, or none to read. cgroup v2's cpu.max, else v1's
 * cfs_quota_us.
 */
export async function cpuLimit(read: ReadText): Promise<number | undefined> {
  const max = await cgroupText(read, 'cpu.max');
  const [quota, period] =
    max === undefined
      ? [await cgroupText(read, 'cpu.cfs_quota_us'), await cgroupText(read, 'cpu.cfs_period_us')].map(Number)
      : max.trim().split(/\s+/).map(Number);
  // `max` and -1 both mean that there is no limit.
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return undefined;
  return quota / period;
}

/** Counters of the own cgroup's cpu.stat, since the cgroup began; undefined where there are none. v1 and v2 name them alike. */
export async function cgroupScheduling(read: ReadText): Promise<CgroupScheduling | undefined> {
  const text = await cgroupText(read, 'cpu.stat');
  const periods = counter(text, 'nr_periods');
  const throttled = counter(text, 'nr_throttled');
  return periods === undefined || throttled === undefined ? undefined : { periods, throttled };
}

function counter(text: string | undefined, name: string): number | undefined {
  const [, digits] = new RegExp(`^${name} ([0-9]+)$`, 'm').exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

async function cgroupText(read: ReadText, name: string): Promise<string | undefined> {
  const own = (await read('/proc/self/cgroup')) ?? '';
  for (const folder of foldersOf(own)) {
    const text = await read(`${folder}/${name}`);
    if (text !== undefined) return text;
  }
  return undefined;
}

/**
 * Where the cgroup's files may be. A container often sees its own cgroup mounted as the root while /proc/self/cgroup has
 * the host's path, so the mount's top comes after the path.
 */
function foldersOf(cgroups: string): readonly string[] {
  return cgroups.split('\n').flatMap((line) => {
    const [, controllers, own = ''] = /^[0-9]+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || own.includes('..')) return [];
    if (controllers === '') return [`/sys/fs/cgroup${own}`, '/sys/fs/cgroup'];
    if (!controllers.split(',').includes('cpu')) return [];
    return [`/sys/fs/cgroup/${controllers}${own}`, `/sys/fs/cgroup/cpu${own}`, `/sys/fs/cgroup/cpu`];
  });
}
