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
