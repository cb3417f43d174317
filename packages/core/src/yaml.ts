import { load } from 'js-yaml';
import { coreErrors } from './core-errors';

/**
 * Reads one YAML (or JSON) document; an empty one is undefined.
 *
 * @param name what to call the document in an error, with the line
 * @throws PodlagError `invalid-config`
 */
export function parseYaml(name: string, text: string): unknown {
  try {
    return load(text, { filename: name }) ?? undefined;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw coreErrors.error('invalid-config', `${name}: ${message}`, { cause });
  }
}
