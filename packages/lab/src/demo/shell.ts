import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../cluster';
import { hostsFile, shellStartup } from './shell-startup';

/**
 * The pods' names resolve in the shell, in a mount namespace of its own: the machine's /etc/hosts stays as it is.
 * Arguments: the hosts file, then the shell.
 */
const entrypoint = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';

/** Opens a shell on the lab's node, on the caller's terminal, and waits for its end. */
export async function openShell(
  lab: Lab,
  env: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): Promise<void> {
  const folder = join(lab.directory, 'shell');
  await mkdir(folder);
  const hosts = join(folder, 'hosts');
  const startup = join(folder, 'bashrc');
  await writeFile(hosts, hostsFile(lab.pods));
  await writeFile(startup, shellStartup(lab.pods));
  // A shell that reads from a pipe is not interactive, and looks for its start-up file in BASH_ENV.
  const bash = terminal ? ['bash', '--rcfile', startup, '-i'] : ['bash', '-s'];
  const child = spawn('unshare', ['--mount', '--', 'sh', '-c', entrypoint, 'shell', hosts, ...bash], {
    env: { ...env, ...(terminal ? {} : { BASH_ENV: startup }) },
    stdio: 'inherit',
  });
  await once(child, 'close');
}
