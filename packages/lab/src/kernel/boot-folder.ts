import { mkdir, mkdtemp, open, rm, symlink, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { initFiles, initScript } from './init-script';
import type { UmlKernel } from './kernel-cache';

/** What is to run inside. */
export interface GuestCommand {
  /** The program, looked up on the environment's PATH, and its arguments. */
  readonly argv: readonly string[];
  /** Absolute, and seen inside: on the host's file system, but not below /run or /dev. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How the command's streams go, see init-script.ts. */
export interface GuestStreams {
  readonly stdin: 'terminal' | 'stream' | 'none';
  readonly stderr: 'terminal' | 'stream';
}

/** The private folder of one boot. */
export interface BootFolder {
  readonly init: string;
  readonly umlDir: string;
  readonly log: FileHandle;
  /** The last lines that the kernel and the init script said. */
  logTail(): Promise<string>;
  remove(): Promise<void>;
}

/** Lines of a log that a person may read through. */
const tailLines = 20;

export async function makeBootFolder(
  temporary: string,
  kernel: UmlKernel,
  command: GuestCommand,
  streams: GuestStreams,
): Promise<BootFolder> {
  const folder = await mkdtemp(join(temporary, 'podlag-kernel-'));
  const at = (name: string): string => join(folder, name);
  await writeFile(at(initFiles.init), initScript, { mode: 0o700 });
  await symlink(kernel.folder, at(initFiles.kernel));
  await writeFile(at(initFiles.argv), nulTerminated(command.argv));
  await writeFile(at(initFiles.environment), nulTerminated(assignments(command.env)));
  await writeFile(at(initFiles.cwd), nulTerminated([command.cwd]));
  await writeFile(at(initFiles.stdin), streams.stdin);
  await writeFile(at(initFiles.stderr), streams.stderr);
  await mkdir(at('uml'));
  const log = await open(at('console.log'), 'a+');
  return {
    init: at(initFiles.init),
    umlDir: at('uml'),
    log,
    logTail: async () => logTail(await textOf(log)),
    remove: async () => {
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Strings of a process can hold anything but NUL. */
export function nulTerminated(values: readonly string[]): string {
  return values.map((value) => `${value}\0`).join('');
}

function assignments(env: GuestCommand['env']): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}

async function textOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
  return buffer.toString('utf8', 0, bytesRead).replaceAll('\r', '');
}

/** The end of a log, without the addresses of a stack trace: the line before them says what happened. */
export function logTail(text: string): string {
  const told = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(\[<|[0-9a-f]{8} [0-9a-f]{8} )/.test(line));
  return told.slice(-tailLines).join('\n');
}
