import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestName } from './kernel-cache';
import { kernelErrors } from './kernel-errors';
import { runProgram } from './run-program';

/** The package whose version is the kernel's. */
export const umlPackage = 'user-mode-linux';

/**
 * All that is taken from Debian, from one suite: the kernel with its modules; the C library that it is linked to, newer
 * than that of most hosts; a busybox that needs no library, to mount and to load modules inside; and patchelf with its
 * libraries, to tie the kernel to that C library.
 */
export const packageNames = [
  umlPackage,
  'libc6',
  'busybox-static',
  'patchelf',
  'libgcc-s1',
  'libstdc++6',
] as const;

/** Where the C library lies, in a Debian package and in a kernel's folder. */
const libraries = 'lib/x86_64-linux-gnu';
const loader = `${libraries}/ld-linux-x86-64.so.2`;

/** Unpacks Debian packages over each other. */
export async function unpack(debs: string, into: string): Promise<void> {
  for (const deb of await readdir(debs)) {
    await must('dpkg-deb', ['--extract', join(debs, deb), into]);
  }
}

/**
 * Builds a kernel's folder out of the unpacked packages: `bin/linux`, `bin/busybox`, the C library and `lib/modules`, so
 * that busybox's modprobe finds these with the folder as its root.
 *
 * @param finalFolder where it will lie in the end: the kernel's ELF header names its loader by an absolute path
 */
export async function assemble(unpacked: string, folder: string, finalFolder: string): Promise<void> {
  const usr = join(unpacked, 'usr');
  const linux = join(folder, 'bin/linux');
  await mkdir(join(folder, 'bin'), { recursive: true });
  await mkdir(join(folder, 'proc'));
  await rename(join(usr, 'bin/linux.uml'), linux);
  await rename(join(usr, 'bin/busybox'), join(folder, 'bin/busybox'));
  await mkdir(join(folder, 'lib'));
  await rename(join(usr, 'lib/uml/modules'), join(folder, 'lib/modules'));
  await rename(join(usr, libraries), join(folder, libraries));
  await tieToLibraries(join(usr, 'bin/patchelf'), linux, folder, finalFolder);
  await writeFile(join(folder, manifestName), JSON.stringify({ release: await releaseIn(folder) }));
}

/**
 * Starting the kernel through its loader by hand would not do: it lays out its memory from its own end, which is then
 * the loader's. patchelf, an ordinary program, does start that way.
 */
async function tieToLibraries(
  patchelf: string,
  linux: string,
  folder: string,
  finalFolder: string,
): Promise<void> {
  await must(join(folder, loader), [
    '--library-path',
    join(folder, libraries),
    patchelf,
    '--set-interpreter',
    join(finalFolder, loader),
    '--set-rpath',
    join(finalFolder, libraries),
    linux,
  ]);
}

async function releaseIn(folder: string): Promise<string> {
  const [release] = await readdir(join(folder, 'lib/modules'));
  if (release === undefined) throw kernelErrors.error('kernel-broken', `${umlPackage} came without modules.`);
  return release;
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const result = await runProgram(program, args);
  if (result.code === 0) return;
  const said = result.stderr.trim();
  throw kernelErrors.error(
    said.includes('No space left') ? 'disk-full' : 'kernel-broken',
    `${program} ${args.join(' ')} failed: ${said}`,
  );
}
