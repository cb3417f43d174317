export { commands } from './commands';
export { cliErrors } from './frame/cli-errors';
export type { AgentPlace, Cluster, ClusterFlags, CommandContext } from './frame/command-context';
export { exitCodes, exitCodeOf, type ExitCode } from './frame/exit-code';
export { runPodlag, type Surroundings } from './frame/run';
