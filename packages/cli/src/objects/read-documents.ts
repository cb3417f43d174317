import { loadAll } from 'js-yaml';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';

/**
 * All YAML (or JSON) documents of a file, or of standard input for `-`; empty ones are left out.
 *
 * @throws PodlagError `unreadable-file`, `bad-file` with the line
 */
export async function readDocuments(
  { readFile }: Pick<CommandContext, 'readFile'>,
  file: string,
): Promise<readonly unknown[]> {
  const text = await readFile(file);
  try {
    return loadAll(text, { filename: file }).filter(
      (document) => document !== null && document !== undefined,
    );
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.error('bad-file', `${file}: ${message}`, { cause });
  }
}
