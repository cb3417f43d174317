import { statfs } from 'node:fs/promises';

/** `f_type` of a tmpfs, from linux/magic.h. */
const tmpfsMagic = 0x01021994;

/** Where UML puts its memory by itself. */
const sharedMemory = '/dev/shm';

/** A place for the memory of kernels. */
export interface MemoryFolder {
  readonly folder: string;
  /** Whether it is a disk, which is slower than memory, and on which that much has to be free. */
  readonly isDisk: boolean;
}

/**
 * Where the file goes that is a kernel's memory. UML takes /dev/shm, and dies with SIGBUS when that fills up, which in a
 * container of Docker's usual 64 MB is soon. A file on disk is slower, but works.
 *
 * @param memoryMb of all kernels that are to run at the same time: what they have is taken only as they use it, so that
 *   the room which one finds may be promised to another
 */
export async function memoryFolder(memoryMb: number, fallback: string): Promise<MemoryFolder> {
  const { type, bavail, bsize } = await statfs(sharedMemory);
  const inMemory = type === tmpfsMagic && (bavail * bsize) / 2 ** 20 >= memoryMb;
  return inMemory ? { folder: sharedMemory, isDisk: false } : { folder: fallback, isDisk: true };
}
