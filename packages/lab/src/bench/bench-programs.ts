import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { labErrors } from '../cluster';

/** The bundles of a run. */
export interface BenchPrograms {
  readonly node: string;
  /** podlag-bench. */
  readonly bench: string;
  /** podlag, for its tables. */
  readonly cli: string;
}

/**
 * Finds them in the workspace.
 *
 * @param repository the workspace's root
 * @throws PodlagError `not-built`
 */
export function benchProgramsOf(repository: string, node = process.execPath): BenchPrograms {
  const built = (name: string, file: string): string => {
    const path = join(repository, 'packages', name, 'dist', file);
    if (!existsSync(path)) throw labErrors.error('not-built', `${path} is not there`);
    return path;
  };
  return { node, bench: built('bench', 'main.js'), cli: built('cli', 'podlag.js') };
}
