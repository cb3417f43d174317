import type { Check } from '../check';
import type { Evidence, SeenAgent } from '../evidence';
import { counted, named } from '../named';
import { newPodsCommand } from '../new-pods';
import { valueOf } from '../reading';
import { failed, nothingToSay, ok, warning, type Verdict } from '../verdict';

type Seen = Pick<Evidence, 'agents' | 'replicaSets' | 'ownVersion'>;

/** Whether the agents are of this program's release. A pod keeps its agent until it is made anew. */
export const agentVersions: Check<Seen> = {
  name: 'agent-versions',
  group: 'pods and agents',
  judge: (seen) => {
    const byVersion = Map.groupBy(seen.agents, ({ version }) => valueOf(version));
    const others = [...byVersion].flatMap(([version, agents]) =>
      version === undefined || version === seen.ownVersion ? [] : verdictOf(version, agents, seen),
    );
    const same = byVersion.get(seen.ownVersion)?.length ?? 0;
    const good =
      same > 0
        ? ok(`${counted(same, 'agent')} of version ${seen.ownVersion}, as this program`)
        : nothingToSay;
    return [...good, ...others];
  },
};

function verdictOf(version: string, agents: readonly SeenAgent[], seen: Seen): readonly Verdict[] {
  const { ownVersion } = seen;
  const isNewer = compared(version, ownVersion) > 0;
  const words =
    `${counted(agents.length, 'agent')} of version ${version}, ${isNewer ? 'newer' : 'older'} than this program (${ownVersion}): ` +
    named(agents.map(({ pod }) => pod.metadata.name));
  const fix = isNewer
    ? `Take podlag ${version}: ./scripts/install-cli of that release`
    : newPodsCommand(
        agents.map(({ pod }) => pod),
        valueOf(seen.replicaSets) ?? [],
      );
  // Patch releases speak the same API.
  const [one, other] = [release(version), release(ownVersion)];
  return one === other ? warning(words, fix) : failed(words, fix);
}

const release = (version: string): string => numbers(version).slice(0, 2).join('.');

const numbers = (version: string): readonly number[] =>
  version.split(/[.+-]/, 3).map((part) => Number.parseInt(part, 10) || 0);

function compared(one: string, other: string): number {
  const [first, second] = [numbers(one), numbers(other)];
  const at = [0, 1, 2].find((index) => first[index] !== second[index]);
  return at === undefined ? 0 : (first[at] ?? 0) - (second[at] ?? 0);
}
