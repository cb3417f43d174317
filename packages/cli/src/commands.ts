import type { Command } from 'commander';
import { benchCommand } from './bench/bench-command';
import { certsCommand } from './certs/certs-command';
import { checkCommand } from './check/check-command';
import { completionCommand } from './completion/completion-command';
import { explainCommand } from './explain/explain-command';
import { faultCommand } from './fault/fault-command';
import type { CommandContext } from './frame/command-context';
import { injectCommand } from './inject/inject-command';
import { latencyCommand } from './latency/latency-command';
import { matrixCommand } from './matrix/matrix-command';
import { scenarioCommand } from './scenario/scenario-command';
import { statusCommand } from './status/status-command';
import { tokenCommand } from './token/token-command';
import { verifyCommand } from './verify/verify-command';
import { versionCommand } from './version/version-command';

/** Every command, in the order in which --help shows them. A new one is a line here. */
export const commands: readonly ((context: CommandContext) => Command)[] = [
  latencyCommand,
  faultCommand,
  matrixCommand,
  scenarioCommand,
  statusCommand,
  explainCommand,
  checkCommand,
  verifyCommand,
  benchCommand,
  injectCommand,
  tokenCommand,
  certsCommand,
  versionCommand,
  completionCommand,
];
