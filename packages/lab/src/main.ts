import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { Command } from 'commander';
import { addBenchCommand, addBenchInLabCommand } from './commands/bench-command';
import { addBenchToolsCommand } from './commands/bench-tools-command';
import { addClusterCommand } from './commands/cluster-command';
import { errorText, tell, type CommandContext } from './commands/command-context';
import { addControlPlaneCommand } from './commands/control-plane-command';
import { addDemoCommand, addDemoInLabCommand } from './commands/demo-command';
import { addKernelCommand, addRunCommand } from './commands/run-command';
import { lineProgress, podlagCache } from './kernel';

/** Ends the command, and with it the kernel, when the user or a supervisor wants us to end. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort(signal));
// A reader that has seen enough, as `head` does, wants no more of it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort(error);
});

const context: CommandContext = {
  env: process.env,
  cache: podlagCache(process.env.XDG_CACHE_HOME, homedir()),
  progress: lineProgress(process.stderr),
  signal: stop.signal,
  self: [process.execPath, __filename],
  // As seen from the bundle.
  repository: resolve(__dirname, '../../..'),
};

const program = new Command('podlag-lab')
  .description('Pods without a cluster, and a cluster without machines: on a kernel that has netem.')
  .showHelpAfterError()
  // So that the options after `run`'s command are the command's own.
  .enablePositionalOptions();

for (const add of [
  addKernelCommand,
  addRunCommand,
  addDemoCommand,
  addDemoInLabCommand,
  addControlPlaneCommand,
  addClusterCommand,
  addBenchToolsCommand,
  addBenchCommand,
  addBenchInLabCommand,
]) {
  add(program, context);
}

program.parseAsync().catch((error: unknown) => {
  tell(errorText(error));
  process.exitCode = isPodlagError(error, 'interrupted') ? 130 : 1;
  process.stdin.destroy();
});
