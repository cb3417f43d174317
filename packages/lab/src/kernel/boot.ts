import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { makeBootFolder, type BootFolder, type GuestCommand, type GuestStreams } from './boot-folder';
import { parseInitMessage, starterMessages, type InitMessage } from './control-line';
import type { UmlKernel } from './kernel-cache';
import type { Devices } from './kernel-command-line';
import { kernelErrors } from './kernel-errors';
import { startMachine, type CommandStdio, type Hardware, type Machine } from './machine';
import { memoryFolder } from './memory-folder';
import { isVirtual, nextProcessor } from './processor';
import { startError } from './run-program';
import { followSize, rememberMode } from './terminal';

export interface RunInKernelOptions extends GuestCommand {
  readonly stdio: CommandStdio;
  /** Default 1536. Untouched memory costs the host nothing. */
  readonly memoryMb?: number;
  /**
   * Where its memory is a file. Default: in memory where there is room for this kernel, else on disk. Who starts several
   * decides for all of them by memoryFolder.
   */
  readonly memoryFolder?: string;
  /** For one that measures: in a virtual machine its processor is kept from going to sleep. Default false. */
  readonly awake?: boolean;
  /** Longest time from the start to the command's own start. Default 60000. */
  readonly bootTimeoutMs?: number;
  /** Default: none. */
  readonly devices?: Devices;
  /** When it aborts, the command gets SIGTERM and some time to end before the kernel is killed. */
  readonly signal?: AbortSignal;
  /** From the command's SIGTERM to the kernel's SIGKILL. Default 3000. */
  readonly graceMs?: number;
}

const defaultMemoryMb = 1536;
const defaultBootTimeoutMs = 60_000;
const defaultGraceMs = 3000;

/**
 * Boots the kernel on the host's file system and runs one command in it, as root there, with the caller's rights on files.
 * All that was started is gone when this returns, and so are its temporary files.
 *
 * @returns the command's exit code; 128 and the signal's number when a signal ended it
 * @throws PodlagError `boot-failed` or `kernel-died`, with the end of the kernel's log
 */
export async function runInKernel(kernel: UmlKernel, options: RunInKernelOptions): Promise<number> {
  const { stdio } = options;
  const folder = await makeBootFolder(tmpdir(), kernel, options, guestStreams(stdio));
  const restoreTerminal = stdio.kind === 'terminal' ? rememberMode(stdio.stdin) : undefined;
  try {
    const machine = startMachine(kernel, folder, await hardwareOf(options), stdio);
    return await outcome(await lifeOf(machine, options), folder);
  } finally {
    restoreTerminal?.();
    await folder.remove();
  }
}

async function hardwareOf(options: RunInKernelOptions): Promise<Hardware> {
  const { memoryMb = defaultMemoryMb, devices = {} } = options;
  const folder = options.memoryFolder ?? (await memoryFolder(memoryMb, tmpdir())).folder;
  const awake = options.awake === true && (await isVirtual());
  return { memoryMb, devices, memoryFolder: folder, processor: await nextProcessor(), awake };
}

function guestStreams(stdio: CommandStdio): GuestStreams {
  if (stdio.kind === 'streams') {
    return { stdin: stdio.stdin === undefined ? 'none' : 'stream', stderr: 'stream' };
  }
  return { stdin: 'terminal', stderr: stdio.stderr === undefined ? 'terminal' : 'stream' };
}

/** What was heard of a kernel between its start and its end. */
interface Life {
  readonly messages: readonly InitMessage[];
  readonly endedBy: 'itself' | 'boot-timeout' | 'abort';
}

/** Follows a kernel to its end, which it brings about when the boot takes too long or the caller wants it. */
async function lifeOf(machine: Machine, options: RunInKernelOptions): Promise<Life> {
  const messages: InitMessage[] = [];
  const running = (): boolean => messages.some(({ kind }) => kind === 'ready');
  let endedBy: Life['endedBy'] = 'itself';
  let killTimer: NodeJS.Timeout | undefined;
  const bootTimer = setTimeout(() => {
    endedBy = 'boot-timeout';
    machine.kill();
  }, options.bootTimeoutMs ?? defaultBootTimeoutMs);
  const abort = (): void => {
    endedBy = 'abort';
    if (running()) machine.control.write(starterMessages.terminate);
    killTimer = setTimeout(() => machine.kill(), running() ? (options.graceMs ?? defaultGraceMs) : 0);
  };
  const resize = (rows: number, columns: number): void => {
    if (running()) machine.control.write(starterMessages.size(rows, columns));
  };
  const forgetSize = options.stdio.kind === 'terminal' ? followSize(options.stdio.stdout, resize) : undefined;
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  hear(machine, (message) => {
    messages.push(message);
    clearTimeout(bootTimer);
    if (message.kind === 'ready') machine.sendInput();
  });
  try {
    await ended(machine);
  } finally {
    clearTimeout(bootTimer);
    clearTimeout(killTimer);
    options.signal?.removeEventListener('abort', abort);
    forgetSize?.();
  }
  return { messages, endedBy };
}

function hear(machine: Machine, listener: (message: InitMessage) => void): void {
  createInterface(machine.control).on('line', (line) => {
    const message = parseInitMessage(line);
    if (message !== undefined) listener(message);
  });
}

/** Waits until the process has ended and all that it wrote has been read. */
async function ended(machine: Machine): Promise<void> {
  try {
    await once(machine.process, 'close');
  } catch (error) {
    throw startError('setpriv', error);
  }
}

async function outcome({ messages, endedBy }: Life, folder: BootFolder): Promise<number> {
  const exit = messages.find((message) => message.kind === 'exit');
  if (exit !== undefined) return exit.code;
  if (endedBy === 'abort') return 128 + 15;
  throw kernelErrors.error(...complaint(messages, endedBy, `The end of its log:\n${await folder.logTail()}`));
}

function complaint(
  messages: readonly InitMessage[],
  endedBy: Life['endedBy'],
  log: string,
): readonly ['boot-failed' | 'kernel-died', string] {
  const failed = messages.find((message) => message.kind === 'failed');
  if (failed !== undefined) return ['boot-failed', `The kernel booted, but ${failed.reason}. ${log}`];
  if (messages.some(({ kind }) => kind === 'ready')) {
    return ['kernel-died', `The kernel ended before the command did. ${log}`];
  }
  return endedBy === 'boot-timeout'
    ? ['boot-failed', `The kernel gave no sign of life in time. ${log}`]
    : ['boot-failed', `The kernel ended while it booted. ${log}`];
}
