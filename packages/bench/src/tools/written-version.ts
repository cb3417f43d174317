import type { ToolOutput } from '../benchmark/benchmark';
import { unreadable } from './unreadable';

/**
 * The version in the first line that a tool writes when it is asked for it.
 *
 * @param pattern of that whole line; its first group is the version
 * @throws PodlagError `unreadable-output` for any other line, as another release series writes
 */
export function writtenVersion(tool: string, pattern: RegExp, { stdout }: ToolOutput): string {
  const line = stdout.split('\n', 1)[0] ?? '';
  const version = pattern.exec(line)?.[1];
  if (version !== undefined) return version;
  throw unreadable(
    tool,
    'the version',
    `is ${JSON.stringify(line.slice(0, 80))}, and only ${pattern.source} is known`,
  );
}
