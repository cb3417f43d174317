import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

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

/** Runs a line as a reader would: in the repository's root, by a shell. Anything but success is an error. */
export function typed(line: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: repository, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${line}: exit status ${status}\n${stderr}${stdout}`);
  return stdout + stderr;
}
