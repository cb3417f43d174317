import { newestFirst, type CacheEntry } from '../kernel/cache-entries';

/** The names of all disks in a cache. */
export const diskNames = /^node-disk-.+\.img$/;

/**
 * `node-disk-MAKER-IMAGES.img`: disks of one maker differ in their images only.
 *
 * @param maker shortDigest of all that has a say in what is on a disk but its images
 */
export function diskName(maker: string, imagesDigest: string): string {
  return `${makerPrefix(maker)}${imagesDigest}.img`;
}

const makerPrefix = (maker: string): string => `node-disk-${maker}-`;

/** The disk from which a new one of the same maker is made soonest: most of its images are the same. */
export function baseDisk(disks: readonly CacheEntry[], maker: string): string | undefined {
  return newestFirst(disks).find(({ name }) => name.startsWith(makerPrefix(maker)))?.name;
}
