import type { Pod } from '@podlag/kube';
import { reachedPods } from '../agents/agents';
import { askEach } from '../agents/each-agent';
import type { Cluster, CommandContext } from '../frame/command-context';
import type { SeenAgent } from './evidence';
import { mapped, reading } from './reading';

/** Asks the agents of pods for what they are and can; one that is still starting is silent. */
export async function readAgents(
  context: CommandContext,
  cluster: Cluster,
  found: readonly Pod[],
): Promise<readonly SeenAgent[]> {
  const started = found.filter(({ status }) => status?.phase === 'Running');
  const outcomes = await askEach(reachedPods(context, cluster, started), async ({ client, pod }) => {
    const [version, state] = await Promise.all([reading(client.version()), reading(client.state())]);
    return {
      pod,
      version: mapped(version, (answer) => answer.version),
      capabilities: mapped(state, ({ capabilities }) => capabilities),
    };
  });
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'answered' && outcome.answer.pod !== undefined
      ? [{ ...outcome.answer, pod: outcome.answer.pod }]
      : [],
  );
}
