import { matches } from '@podlag/api';
import { agentPortOf } from '@podlag/client';
import { defaultAgentPort, environmentName } from '@podlag/core';
import type { Pod } from '@podlag/kube';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { counted, named } from '../named';
import type { NetworkPolicy } from '../network-policy';
import { valueOf } from '../reading';
import { failed, nothingToSay, ok, verdictOn, type Verdict } from '../verdict';

/** Whether the agents answer, by way of the API server. */
export const agentsReachable: Check<Pick<Evidence, 'agents' | 'networkPolicies' | 'namespace'>> = {
  name: 'agents-reachable',
  group: 'pods and agents',
  judge: (evidence) => {
    const { agents } = evidence;
    const silent = agents.flatMap(({ pod, version }) =>
      version.kind === 'unread' ? [{ pod, version }] : [],
    );
    const [first] = silent;
    if (first === undefined)
      return agents.length === 0 ? nothingToSay : ok(`${counted(agents.length, 'agent')} answered`);
    const { pod, version } = first;
    // Not the agents' fault, nor anybody's on the way.
    if (version.error.code === 'kube-forbidden') return verdictOn(version, () => nothingToSay);
    const names = named(silent.map(({ pod: { metadata } }) => metadata.name));
    const words = `${silent.length} of ${counted(agents.length, 'agent')} cannot be reached: ${names} (${version.error.detail})`;
    return judgeSilence(words, pod, evidence);
  },
};

function judgeSilence(
  words: string,
  pod: Pod,
  { agents, namespace, networkPolicies }: Pick<Evidence, 'agents' | 'networkPolicies' | 'namespace'>,
): readonly Verdict[] {
  const policy = policyOver(pod, valueOf(networkPolicies) ?? []);
  if (policy !== undefined) {
    const rule = { ports: [{ protocol: 'TCP', port: agentPortOf(pod) ?? defaultAgentPort }] };
    return failed(
      `${words}; NetworkPolicy ${policy.metadata.name} decides what comes in`,
      // To open agents it would let in whoever likes to change a network.
      agents.every((agent) => asksForTokens(agent.pod))
        ? letInCommand(namespace, policy, rule)
        : `${letInCommand(namespace, policy, { ...rule, from: [{ ipBlock: { cidr: 'ADDRESS/32' } }] })} (ADDRESS is the ` +
            'one from which the API server reaches pods); or have agents ask for tokens: docs/access.md',
    );
  }
  const { name } = pod.metadata;
  return failed(
    words,
    `kubectl -n ${namespace} describe pod ${name}; kubectl -n ${namespace} logs ${name} -c podlag-agent`,
  );
}

/** A policy that decides what comes in to the pod. All of them add up, so what any of them lets in comes in. */
function policyOver(
  { metadata: { labels = {} } }: Pod,
  policies: readonly NetworkPolicy[],
): NetworkPolicy | undefined {
  return policies.find(
    ({ spec }) =>
      (spec?.policyTypes ?? ['Ingress']).includes('Ingress') && matches(spec?.podSelector ?? {}, labels),
  );
}

/** Whether it does so for as long as its pod lives. The environment is by the injector, or whoever made the pod. */
function asksForTokens({ spec }: Pod): boolean {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const variables = containers.flatMap(({ env = [] }) => env as readonly EnvVar[]);
  return variables.some(({ name, value }) => name === environmentName('access') && value === 'token');
}

/** As the API server lists it. A watch would have left the value out. */
interface EnvVar {
  readonly name: string;
  readonly value?: string;
}

function letInCommand(namespace: string, { metadata, spec }: NetworkPolicy, rule: object): string {
  const operation =
    spec?.ingress === undefined
      ? { op: 'add', path: '/spec/ingress', value: [rule] }
      : { op: 'add', path: '/spec/ingress/-', value: rule };
  return `kubectl -n ${namespace} patch networkpolicy ${metadata.name} --type=json -p '${JSON.stringify([operation])}'`;
}
