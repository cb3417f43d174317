import type { Duration, Plan } from '@podlag/core';
import type { AgentFlags } from '../agents/agent-flags';
import { reachAgents } from '../agents/agents';
import { answersOf, askEach } from '../agents/each-agent';
import type { CommandContext } from '../frame/command-context';

/** Two renewals may fail before the lease is over. */
const renewalsPerLease = 3;

/**
 * Renews the lease of a plan at each agent as long as somebody looks on; what an agent says against it is told. Without a
 * lease there is nothing to do.
 *
 * @returns what ends it
 */
export function renewAtAgents(
  context: CommandContext,
  { name, generation }: Plan,
  lease: Duration | undefined,
  flags: AgentFlags,
): () => void {
  if (lease === undefined) return () => undefined;
  const { clock, stderr } = context;
  const renew = async (): Promise<void> => {
    const agents = await reachAgents(context, flags);
    answersOf(context, await askEach(agents, ({ client }) => client.renewPlan(name, generation)));
  };
  const again = (): (() => void) =>
    clock.after(lease.milliseconds / renewalsPerLease, () => {
      callOff = again();
      renew().catch((error: unknown) => stderr(`${String(error)}\n`));
    });
  let callOff = again();
  return () => callOff();
}
