import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheEntries, newestFirst } from '../kernel/cache-entries';
import { libraryPackages, programs, startScript, suite, toolPackages } from './debian-tools';
import type { FortioModule } from './fortio-build';

/** The names of all folders of tools in a cache. */
export const toolsFolders = /^bench-tools-.+-[0-9a-f]{8}$/;

/** The first 8 hexadecimal digits of the SHA-256 of all that says how a folder is made, but the versions that Debian offers. */
export function recipeDigest({ source }: Pick<FortioModule, 'source'>): string {
  const scripts = Object.keys(programs).map(startScript);
  const recipe = { suite, toolPackages, libraryPackages, scripts, source };
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
}

/** The name of a folder of tools: the version of each, and how it is made. */
export function toolsFolderName(versions: readonly string[], digest: string): string {
  return [
    'bench-tools',
    ...versions.map((version) => version.replaceAll(/[^0-9A-Za-z.+~]/g, '_')),
    digest,
  ].join('-');
}

/**
 * The folder in the cache that was made like this and was asked for last; Debian's versions of then are good enough. What
 * was not finished has another name, and is not seen.
 */
export async function cachedTools(cache: string, digest: string): Promise<string | undefined> {
  await mkdir(cache, { recursive: true });
  const [newest] = newestFirst(await cacheEntries(cache, toolsFolders)).filter(({ name }) =>
    name.endsWith(`-${digest}`),
  );
  return newest && join(cache, newest.name);
}
