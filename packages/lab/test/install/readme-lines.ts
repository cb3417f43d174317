import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { commandLimitMs } from '../deploy/command';

/** The repository's root, where a reader of the README types. */
export const repository = resolve(__dirname, '../../../..');

/** The command lines of a program, kubectl if not said, in one section of the README, without their comments. */
export async function readmeLines(
  section: string,
  program: 'kubectl' | 'helm' = 'kubectl',
): Promise<string[]> {
  const text = await readFile(resolve(repository, 'README.md'), 'utf8');
  const [, body] = text.split(`\n## ${section}\n`);
  if (body === undefined) throw new Error(`the README has no section ${section}`);
  const [own = ''] = body.split('\n## ');
  return own
    .split('\n')
    .filter((line) => line.startsWith(`    ${program} `))
    .map((line) => line.replace(/ +# .*$/, '').trim());
}

/**
 * Runs a line as a reader would: in the repository's root, by a shell. Anything but success is an error, and so is a
 * line that takes longer than any command may: nothing else could end it, for Jest's own limits wait, too.
 */
export function typed(line: string): string {
  const { error, status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    ...{ cwd: repository, encoding: 'utf8' },
    ...{ timeout: commandLimitMs, killSignal: 'SIGKILL' },
  });
  if (status === 0) return stdout + stderr;
  const why = status === null ? `ended, for it has ${commandLimitMs / 1000} s` : `exit status ${status}`;
  throw new Error(`${line}: ${why}\n${stderr}${stdout}`, { cause: error });
}
