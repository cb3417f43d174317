import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the PATH to its end, with `input` as its standard input. */
async function run(program: string, args: readonly string[], input: string): Promise<CommandResult> {
  const child = spawn(program, args, { stdio: 'pipe' });
  child.stdin.on('error', () => undefined).end(input);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
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
