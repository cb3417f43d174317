import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The Debian suite of the tools: the oldest stable one that has netperf among its free packages. */
export const suite = 'trixie';

/** The packages that bring the tools. Their versions name the folder. */
export const toolPackages = ['iperf3', 'netperf', 'qperf'] as const;

/** What the tools are linked to, all of it: the C library is newer than that of most hosts, and the rest belongs to it. */
export const libraryPackages = [
  ...['libc6', 'libiperf0', 'libsctp1', 'libssl3t64', 'libzstd1', 'zlib1g'],
  ...['libibverbs1', 'librdmacm1t64', 'libnl-3-200', 'libnl-route-3-200'],
] as const;

/** Programs by their names, each with the arguments that make it say its version. */
export const programs = {
  iperf3: ['--version'],
  netperf: ['-V'],
  netserver: ['-V'],
  qperf: ['--version'],
} as const;

const libraries = 'usr/lib/x86_64-linux-gnu';

/**
 * Starts a program by the C library that came with it. Whoever ends the script ends the program: they are one process.
 * It finds its folder by its own name, which is a path however it was found on PATH.
 */
export function startScript(program: string): string {
  return [
    '#!/bin/sh',
    'root="${0%/*}/../root"',
    `exec "$root/${libraries}/ld-linux-x86-64.so.2" --library-path "$root/${libraries}" "$root/usr/bin/${program}" "$@"`,
    '',
  ].join('\n');
}

/** Builds a tools' folder out of unpacked packages: `root` with programs and libraries, `bin` with a script for each. */
export async function assembleTools(unpacked: string, folder: string): Promise<void> {
  const root = join(folder, 'root/usr');
  await mkdir(join(root, 'lib'), { recursive: true });
  await mkdir(join(folder, 'bin'));
  await rename(join(unpacked, 'usr/bin'), join(root, 'bin'));
  await rename(join(unpacked, libraries), join(folder, 'root', libraries));
  for (const program of Object.keys(programs)) {
    const script = join(folder, 'bin', program);
    await writeFile(script, startScript(program));
    await chmod(script, 0o755);
  }
}
