import { matches, type ParsedTarget } from '@podlag/api';
import type { Draft } from './draft';
import { blockWho, type Entry } from './entry';
import type { Front, Fronts } from './front';
import { canonical } from './joined';
import type { OutcomeProblem } from './outcome';
import { onHostNetwork } from './pod-problems';
import { addressesOf, type Roster } from './roster';
import { serviceEntries } from './service-entries';
import type { World, WorldPod } from './world';

/** A target with its addresses, and with its pods and the Services that lead to them where it names pods. */
export interface ResolvedTarget {
  readonly entries: readonly Entry[];
  readonly pods?: readonly WorldPod[];
  readonly fronts?: readonly Front[];
}

export interface Resolution {
  readonly namespace: string;
  readonly world: World;
  readonly roster: Roster;
  readonly fronts: Fronts;
  readonly draft: Draft;
}

/** Whom a target of an object means now. What is missing is told to the draft, and the rest is taken. */
export function resolveTarget(target: ParsedTarget, resolution: Resolution): ResolvedTarget {
  const { ports, protocol } = target;
  const exactly = (addresses: ReadonlySet<string>): readonly Entry[] =>
    addresses.size === 0 ? [] : [{ who: { kind: 'addresses', addresses }, ports, protocol }];
  switch (target.kind) {
    case 'everybody':
      return { entries: [{ who: { kind: 'everybody' }, ports, protocol }] };
    case 'cidr':
      return { entries: [{ who: blockWho(target.cidr), ports, protocol }] };
    case 'hostname':
      return { entries: exactly(addressesOfName(target.hostname, resolution)) };
    case 'service':
      return { entries: serviceEntries(target, resolution) };
    case 'pods': {
      const pods = targetPods(target, resolution);
      const addresses = addressesOf(pods);
      const fronts = resolution.fronts.before(addresses, { ports, protocol });
      return { entries: exactly(addresses), pods, fronts };
    }
  }
}

function addressesOfName(hostname: string, { world, draft }: Resolution): ReadonlySet<string> {
  const addresses = world.addressesOf(hostname);
  if (addresses === undefined) {
    const problem = world.hostnameProblem(hostname);
    if (problem?.isAnswered) draft.waitFor(`hostname ${hostname}`);
    else draft.waitToLearn(`hostname ${hostname}`);
    if (problem !== undefined) draft.problem(unresolved(hostname, problem.detail));
  }
  return new Set(addresses?.map(canonical));
}

function unresolved(hostname: string, why: string): OutcomeProblem {
  return {
    code: 'unresolved-hostname',
    detail: `hostname ${hostname} has no address: ${why}`,
    hint: 'Correct the name (a whole one, as db.example.com), or let the controller ask the cluster DNS; it asks again by itself.',
  };
}

function targetPods(target: ParsedTarget & { kind: 'pods' }, resolution: Resolution): readonly WorldPod[] {
  const { roster, draft } = resolution;
  const found = namespacesOf(target, resolution).flatMap((namespace) =>
    roster.selected(namespace, target.selector),
  );
  const onNodes = found.filter(({ hostNetwork }) => hostNetwork === true);
  for (const pod of onNodes) draft.problem(onHostNetwork(pod));
  return onNodes.length === 0 ? found : found.filter(({ hostNetwork }) => hostNetwork !== true);
}

function namespacesOf(
  { namespaces, namespaceSelector }: ParsedTarget & { kind: 'pods' },
  { namespace, world, roster }: Resolution,
): readonly string[] {
  if (namespaces) return [...new Set(namespaces)].sort();
  if (namespaceSelector === undefined) return [namespace];
  return roster.namespaces.filter((name) => matches(namespaceSelector, world.namespaceLabels.get(name)));
}
