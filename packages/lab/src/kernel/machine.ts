import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { BootFolder } from './boot-folder';
import { kernelBinary, type UmlKernel } from './kernel-cache';
import { besideWhatKeepsAwake } from './keep-awake';
import { kernelCommandLine, serialLines, type Devices } from './kernel-command-line';
import { stdinFrames } from './stdin-frames';

/** What the command reads and writes. */
export type CommandStdio =
  /** The caller's own terminal, whose every key goes to the command. Standard error may have a stream of its own. */
  | {
      readonly kind: 'terminal';
      readonly stdin: NodeJS.ReadStream;
      readonly stdout: NodeJS.WriteStream;
      readonly stderr?: Writable;
    }
  | {
      readonly kind: 'streams';
      readonly stdin?: Readable;
      readonly stdout: Writable;
      readonly stderr: Writable;
    };

/** What a machine is made of. */
export interface Hardware {
  readonly memoryMb: number;
  /** Folder of the host in which its memory is a file. */
  readonly memoryFolder: string;
  readonly devices: Devices;
  /** The host's, by its number: the kernel keeps to it. */
  readonly processor: number;
  /** Keep that processor from going to sleep: see isVirtual. */
  readonly awake: boolean;
}

/** A kernel as a process, with the host's end of its control line. */
export interface Machine {
  readonly process: ChildProcess;
  readonly control: Duplex;
  /** Starts to pass on the caller's input. Not before `ready`: a serial line drops what comes before it is opened. */
  sendInput(): void;
  /** SIGKILL to the kernel and, with it, to the processes that it keeps for those inside. */
  kill(): void;
}

export function startMachine(
  kernel: UmlKernel,
  folder: BootFolder,
  hardware: Hardware,
  stdio: CommandStdio,
): Machine {
  const terminal = stdio.kind === 'terminal';
  const child = spawn(
    'setpriv',
    [
      // However this process ends, the kernel ends with it.
      ...['--pdeathsig', 'KILL', '--'],
      ...['taskset', '--cpu-list', String(hardware.processor)],
      ...(hardware.awake ? besideWhatKeepsAwake() : []),
      ...[kernelBinary(kernel), ...kernelCommandLine({ ...hardware, ...folder })],
    ],
    {
      stdio: [
        'ignore',
        folder.log.fd,
        folder.log.fd,
        terminal ? 0 : 'pipe',
        terminal ? 1 : 'pipe',
        'pipe',
        'pipe',
      ],
      env: machineEnvironment(hardware),
      // A session of its own, so that Ctrl-C and a lost terminal come to us, who then end it in good order.
      detached: true,
    },
  );
  connectOutput(child, stdio);
  return {
    process: child,
    control: line(child, serialLines.control.both),
    sendInput: () => connectInput(child, stdio),
    kill: () => killMachine(child),
  };
}

/**
 * UML finds the top of its stack, and with it the place for its stubs, by the address of an environment variable other than
 * PATH. Without one, or with a last one longer than a page, the stubs overlap the stack, and the first process dies.
 */
function machineEnvironment({ memoryFolder }: Hardware): Record<string, string> {
  return { TMPDIR: memoryFolder, HOME: '/' };
}

function killMachine(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

const line = (child: ChildProcess, fd: number): Duplex => child.stdio[fd] as Duplex;

function connectOutput(child: ChildProcess, stdio: CommandStdio): void {
  const { stdio: lines, stderr } = serialLines;
  if (stdio.stderr !== undefined) line(child, stderr.output).pipe(stdio.stderr, { end: false });
  if (stdio.kind === 'streams') line(child, lines.output).pipe(stdio.stdout, { end: false });
}

function connectInput(child: ChildProcess, stdio: CommandStdio): void {
  if (stdio.kind === 'terminal' || stdio.stdin === undefined) return;
  const { stdin } = stdio;
  const input = line(child, serialLines.stdio.input);
  const frames = stdinFrames();
  // The command may end before it has read everything; what is left has no reader.
  input.on('error', () => stdin.unpipe(frames));
  // The frames have an end of their own; one of the line's would hang up the terminal, standard output with it.
  stdin.pipe(frames).pipe(input, { end: false });
}
