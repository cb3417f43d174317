import type { AgentState } from '@podlag/client';
import type { Check } from '../check';
import type { Evidence, SeenAgent } from '../evidence';
import { counted, named } from '../named';
import { valueOf } from '../reading';
import { failed, nothingToSay, ok, verdictOn, warning, type Verdict } from '../verdict';

type Capabilities = AgentState['capabilities'];

/** Whether the kernels under the agents can do what faults ask for. */
export const agentKernels: Check<Pick<Evidence, 'agents'>> = {
  name: 'agent-kernels',
  group: 'pods and agents',
  judge: ({ agents }) => {
    // Of one that does not answer, another check speaks.
    const asked = agents.filter(({ version }) => version.kind === 'read');
    const lacking = asked.filter(({ capabilities }) => {
      const known = valueOf(capabilities);
      return known === undefined || lacks(known) !== undefined;
    });
    const good = asked.length - lacking.length;
    // One line a node: what its kernel lacks, all its pods lack.
    const byNode = Map.groupBy(lacking, ({ pod }) => pod.spec?.nodeName ?? 'a node without a name');
    return [
      ...(good > 0 ? ok(`the kernels of ${counted(good, 'agent')} can do all faults`) : nothingToSay),
      ...[...byNode].flatMap(([node, those]) => verdictOf(node, those)),
    ];
  },
};

function verdictOf(node: string, agents: readonly SeenAgent[]): readonly Verdict[] {
  const [first] = agents;
  if (first === undefined) return nothingToSay;
  return verdictOn(first.capabilities, (capabilities) => {
    const lack = lacks(capabilities);
    if (lack === undefined) return nothingToSay;
    const { reason, hint, kinds } = lack;
    const pods = named(agents.map(({ pod }) => pod.metadata.name));
    const words = `${node} (kernel ${capabilities.kernel}): ${reason}; pods ${pods}`;
    const fix = `At node ${node}: ${hint}`;
    if (kinds.length > 0) return failed(`${words} cannot have ${kinds.join(', ')}`, fix);
    return warning(`${words} have faults by other means than netem`, fix);
  });
}

interface Lack {
  readonly reason: string;
  readonly hint: string;
  /** Faults that cannot be had. */
  readonly kinds: readonly string[];
}

/** A seed is not counted: without it faults are the same, only not repeatable; kernels before 6.6 have none. */
function lacks({ tree, netem, kinds }: Capabilities): Lack | undefined {
  const missing = Object.entries(kinds).filter(([kind, one]) => kind !== 'seed' && !one.available);
  const part = [tree, netem, ...missing.map(([, one]) => one)].find(({ available }) => !available);
  if (part === undefined || part.available) return undefined;
  return { reason: part.reason, hint: part.hint, kinds: missing.map(([kind]) => kind) };
}
