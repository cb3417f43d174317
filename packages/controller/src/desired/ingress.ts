import type { Protocol } from '@podlag/core';
import { itself } from './egress';
import { addressEntries, areAll, holds, isWhole, reach, type Entry } from './entry';
import type { FaultWork } from './fault-paths';
import { frontEntries } from './front';
import { findProblem } from './pod-problems';
import { addressesOf } from './roster';
import type { WorldPod } from './world';

/** What the chosen pods receive: at the agents of the peers that can be asked, and from the rest at their own. */
export function planIngress(work: FaultWork): void {
  const peers = peersOf(work);
  planPeers(work, peers);
  planReceived(work, peers);
}

/**
 * Pods whose own agents do it: peers that are named as pods, in the namespace of the object, whose owner may ask them; and
 * the chosen among each other, whose agents know what they do already. Only those of which all is meant: a target's
 * ports are those of the peer, and what leaves a pod is told by the other end's port.
 */
function peersOf({ to, toEntries, except, namespace, spec, shapers }: FaultWork): readonly WorldPod[] {
  const targets = spec.to ?? [];
  const named = to.flatMap(({ pods = [] }, index) => (targets[index]?.kind === 'pods' ? pods : []));
  const chosen = spec.direction === 'both' ? shapers : [];
  const entriesOfPods = to.flatMap(({ entries, pods }) => (pods ? entries : []));
  const isWholly = (pod: WorldPod, entries: readonly Entry[]): boolean =>
    pod.addresses.every((address) => {
      const { extent, spared } = reach(entries, except, address);
      return extent === 'whole' && !spared;
    });
  const peers = named.filter(
    (pod) => pod.namespace === namespace && findProblem(pod) === undefined && isWholly(pod, entriesOfPods),
  );
  return [...new Set([...peers, ...chosen.filter((pod) => isWholly(pod, toEntries))])];
}

function planPeers(work: FaultWork, peers: readonly WorldPod[]): void {
  const { shapers, mouldOf, plan, spec } = work;
  const made = mouldOf('peer');
  const chosen = new Set(shapers);
  const toAll = addressEntries(addressesOf(shapers));
  const toRest = spec.direction === 'both' ? notYetShaped(work) : { to: toAll, except: [] };
  for (const peer of peers) {
    const { to, except } = chosen.has(peer) ? toRest : { to: toAll, except: [] };
    if (areAll(to, (address) => peer.addresses.includes(address))) continue;
    plan(peer, made, to, [...except, ...itself(peer, to)]);
  }
}

interface Ends {
  readonly to: readonly Entry[];
  readonly except: readonly Entry[];
}

/** What a chosen pod sends to the others and does not shape already as what it sends. Never twice: rather not at all. */
function notYetShaped({ shapers, toEntries, except }: FaultWork): Ends {
  const reached = [...addressesOf(shapers)].map((address) => ({
    address,
    by: reach(toEntries, except, address),
  }));
  const left = reached.filter(({ by }) => by.extent === 'none' || (by.extent === 'part' && !by.spared));
  const inPart = left.filter(({ by }) => by.extent === 'part').map(({ address }) => address);
  return {
    to: addressEntries(left.map(({ address }) => address)),
    except: toEntries.flatMap((entry) => narrowedTo(entry, inPart)),
  };
}

/** A target that is narrowed by port or protocol, toward these addresses alone: the others it is spared to meet. */
function narrowedTo(entry: Entry, addresses: readonly string[]): readonly Entry[] {
  if (isWhole(entry)) return [];
  return addressEntries(within([entry], addresses)).map(({ who }) => ({ ...entry, who }));
}

function planReceived(work: FaultWork, peers: readonly WorldPod[]): void {
  const { shapers, except, mouldOf, plan } = work;
  const made = mouldOf('received');
  const from = receivedFrom(work, addressesOf(peers));
  const asked = new Set(peers);
  const others = shapers.filter((pod) => !asked.has(pod));
  const byPeers = addressEntries(within(from, [...addressesOf(peers)]));
  const byOthers = memoized((family: string, which: string) =>
    exceptionsFor(from, within(from, addressesOfFamily(others, family)), which),
  );
  for (const pod of shapers) {
    const shaped = pod.addresses.flatMap((address) =>
      byOthers(familyOf(address), whatOthersShape(work, address)),
    );
    const elsewhere = [...byPeers, ...shaped, ...itself(pod, from)];
    const whole = elsewhere.filter(isWhole);
    if (areAll(from, (address) => whole.some((entry) => holds(entry, address)))) continue;
    plan(pod, made, from, [...except, ...elsewhere]);
  }
}

/** The targets without the peers that are asked themselves. */
function receivedFrom({ to }: FaultWork, asked: ReadonlySet<string>): readonly Entry[] {
  return to.flatMap(({ entries, pods, fronts = [] }) => {
    if (pods === undefined) return entries;
    const direct = entries.flatMap((entry) => {
      if (entry.who.kind !== 'addresses' || !isWhole(entry)) return [entry];
      return addressEntries([...entry.who.addresses].filter((address) => !asked.has(address)));
    });
    // An answer comes from the ClusterIP, whoever gave it: where it may be one that is asked, it would be met twice.
    const unasked = fronts.filter(({ behind }) => ![...behind].some((address) => asked.has(address)));
    return [...direct, ...frontEntries(unasked)];
  });
}

const everything = 'everything';
const nothing = '';
const byPort = 'ports';

/** What the other chosen pods shape themselves of what they send to one: all, some (`tcp,ports`), or nothing. */
function whatOthersShape({ spec, toEntries, except }: FaultWork, address: string): string {
  if (spec.direction !== 'both') return nothing;
  const met = reach(toEntries, except, address);
  if (met.extent === 'whole') return everything;
  return [...met.protocols, ...(met.byPort ? [byPort] : [])].join(',');
}

function exceptionsFor(
  from: readonly Entry[],
  addresses: readonly string[],
  which: string,
): readonly Entry[] {
  if (which === nothing) return [];
  if (which === everything) return addressEntries(addresses);
  return which
    .split(',')
    .flatMap((part) =>
      part === byPort
        ? addressEntries(within(from.filter(isOfAnyPort), addresses))
        : addressEntries(addresses).map((entry) => ({ ...entry, protocol: part as Protocol })),
    );
}

/**
 * Where both ends narrow by port it is other packets: there the port is the destination's, here the source's. Where this one
 * does not, they overlap in a way that no target can say; then rather not at all than twice.
 */
function isOfAnyPort({ ports }: Entry): boolean {
  return ports === undefined;
}

function within(entries: readonly Entry[], addresses: readonly string[]): readonly string[] {
  return addresses.filter((address) => entries.some((entry) => holds(entry, address)));
}

function addressesOfFamily(pods: readonly WorldPod[], family: string): readonly string[] {
  return [...addressesOf(pods)].filter((address) => familyOf(address) === family);
}

function familyOf(address: string): string {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

function memoized<T>(make: (one: string, other: string) => T): (one: string, other: string) => T {
  const known = new Map<string, T>();
  return (one, other) => {
    const key = `${one} ${other}`;
    const value = known.get(key) ?? make(one, other);
    known.set(key, value);
    return value;
  };
}
