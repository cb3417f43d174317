import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLimitMs } from '../../deploy/command';
import { repository } from '../../install/readme-lines';

/** What a line has left behind. */
export interface Ended {
  /** Exit status. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const bundle = join(repository, 'packages/cli/dist/podlag.js');
const { env } = process;

/** A folder with `podlag` and `kubectl-podlag`, as `./scripts/install-cli` leaves them, out of the bundle that is built. */
function installed(): string {
  const folder = mkdtempSync(join(tmpdir(), 'podlag-bin-'));
  for (const name of ['podlag', 'kubectl-podlag']) {
    copyFileSync(bundle, join(folder, `${name}.js`));
    const program = join(folder, name);
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(folder, name)}.js' "$@"\n`);
    chmodSync(program, 0o755);
  }
  return folder;
}

let folder: string | undefined;

/**
 * Runs a line as a reader of the README does, in the repository's root, with `podlag` and `kubectl podlag` on the PATH.
 *
 * @throws where it does not end in time
 */
export function tryTyped(line: string): Ended {
  folder ??= installed();
  const { error, status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    ...{ cwd: repository, encoding: 'utf8', timeout: commandLimitMs, killSignal: 'SIGKILL' },
    env: { ...env, PATH: `${folder}:${env.PATH ?? ''}` },
  });
  if (error !== undefined) throw new Error(`${line}: ${error.message}\n${stderr}${stdout}`, { cause: error });
  return { code: status, stdout, stderr };
}

/** The same; anything but success is an error. @returns standard output */
export function typedWithPodlag(line: string): string {
  const { code, stdout, stderr } = tryTyped(line);
  if (code !== 0) throw new Error(`${line}: exit status ${code}\n${stderr}${stdout}`);
  return stdout;
}
