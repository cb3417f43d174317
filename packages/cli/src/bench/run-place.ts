import { authorizeByKeys, defaultNamespace, type LaunchParts } from '@podlag/bench';
import type { Command } from 'commander';
import type { ClusterFlags, CommandContext } from '../frame/command-context';
import type { ResultsFlags } from './results-folder';

/** Which cluster a run is on, and where in it. */
export interface RunPlaceFlags extends ClusterFlags, ResultsFlags {
  readonly namespace: string;
}

/** `--kubeconfig`, `--context`, and `-n`, which is not the context's: a run has a namespace of its own. */
export function withRunPlace(command: Command): Command {
  return command
    .option(
      '-n, --namespace <name>',
      'of the run; "bench run" makes it where it is not there',
      defaultNamespace,
    )
    .option('--context <name>', 'the kubeconfig’s context; default: its current one')
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, or ~/.kube/config');
}

/** What speaks to the cluster for a run. */
export async function runParts(
  { connect, clock, interrupted }: CommandContext,
  flags: RunPlaceFlags,
): Promise<Omit<LaunchParts, 'options' | 'progress'>> {
  const { api } = await connect(flags);
  return { api, clock, signal: interrupted };
}

/** Where a run is and goes to. */
export function runOptions(
  { clock }: CommandContext,
  { api }: Pick<LaunchParts, 'api'>,
  { namespace, results }: RunPlaceFlags,
): Pick<LaunchParts['options'], 'namespace' | 'results' | 'authorize'> {
  return { namespace, results, authorize: authorizeByKeys(api, () => new Date(clock.now())) };
}
