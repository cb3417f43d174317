import { statfs } from 'node:fs/promises';

/** `f_type` of a tmpfs, from linux/magic.h. */
const tmpfsMagic = 0x01021994;

/**
 * Where UML puts the file that is its memory. By itself it takes /dev/shm, and dies with SIGBUS when that fills up, which
 * in a container of Docker's usual 64 MB is soon. A file on disk is slower, but works.
 *
 * @returns the folder for TMPDIR, or `undefined` to leave the choice to UML
 */
export async function memoryFolder(memoryMb: number, fallback: string): Promise<string | undefined> {
  const { type, bavail, bsize } = await statfs('/dev/shm');
  const roomMb = (bavail * bsize) / 2 ** 20;
  return type === tmpfsMagic && roomMb >= memoryMb ? undefined : fallback;
}
