import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What takes longer, in milliseconds, is ended: above what the README gives its own lines, and what tests give theirs. */
export const commandLimitMs = 180_000;

/** Runs a program of the PATH to its end, with `input` as its standard input. @throws where it does not end in time */
async function run(program: string, args: readonly string[], input: string): Promise<CommandResult> {
  const child = spawn(program, args, { stdio: 'pipe', timeout: commandLimitMs, killSignal: 'SIGKILL' });
  child.stdin.on('error', () => undefined).end(input);
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null, string | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== null) return { code, stdout, stderr };
  const line = `${program} ${args.join(' ')}`;
  throw new Error(`${line}: ended by ${signal}; it has ${commandLimitMs / 1000} s\n${stderr}${stdout}`);
}

async function demand(program: string, args: readonly string[], input: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, input);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`);
  return stdout;
}

/** kubectl, as the bed's administrator unless `--as` says otherwise. */
export const tryKubectl = (args: readonly string[], input = '') => run('kubectl', args, input);

/** The same; anything but success is an error. @returns standard output */
export const kubectl = (args: readonly string[], input = '') => demand('kubectl', args, input);

export const tryHelm = (args: readonly string[], input = '') => run('helm', args, input);

/** Anything but success is an error. @returns standard output */
export const helm = (args: readonly string[], input = '') => demand('helm', args, input);
