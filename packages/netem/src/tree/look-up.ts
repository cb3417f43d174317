import { blockOf, type Fault, type PortRange, type Target } from '@podlag/core';
import { holds } from './blocks';
import { maskedKey } from './masked-key';
import type { Packet, Rules, Verdict } from './rules';

interface PrefixTable {
  readonly family: 4 | 6;
  readonly prefixLength: number;
  readonly verdicts: Map<string | number, Verdict<unknown>>;
}

const indexes = new WeakMap<Rules<unknown>, readonly PrefixTable[]>();

/** Where rules send a packet: to the verdict of the longest block around its peer. */
export function lookUp<T>(rules: Rules<T>, packet: Packet): T {
  for (const { family, prefixLength, verdicts } of indexOf(rules)) {
    if (family !== packet.family) continue;
    const verdict = verdicts.get(maskedKey(packet.peer, prefixLength)) as Verdict<T> | undefined;
    if (verdict) return destination(verdict, packet);
  }
  return rules.everybody;
}

function indexOf(rules: Rules<unknown>): readonly PrefixTable[] {
  const known = indexes.get(rules);
  if (known) return known;
  const tables = new Map<string, PrefixTable>();
  for (const { block, verdict } of rules.blocks) {
    const { family, prefixLength, words } = block;
    const name = `${family}/${prefixLength}`;
    const table = tables.get(name) ?? { family, prefixLength, verdicts: new Map() };
    tables.set(name, table);
    table.verdicts.set(maskedKey(words, prefixLength), verdict);
  }
  const index = [...tables.values()].sort((one, other) => other.prefixLength - one.prefixLength);
  indexes.set(rules, index);
  return index;
}

function destination<T>({ portRules, otherwise }: Verdict<T>, { protocol, peerPort }: Packet): T {
  const rule = portRules.find(
    ({ protocol: ruled, ports }) => ruled === protocol && (ports === undefined || isIn([ports], peerPort)),
  );
  return rule === undefined ? otherwise : rule.to;
}

/** Whether a fault meets a packet of IPv4 or IPv6: the definition, which the compiled rules have to agree with. */
export function meets(fault: Fault, packet: Packet, direction: 'egress' | 'ingress'): boolean {
  const { to, except = [] } = fault;
  if (fault.direction !== 'both' && fault.direction !== direction) return false;
  const isMeant = to === undefined || to.some((target) => fits(target, packet));
  return isMeant && !except.some((target) => fits(target, packet));
}

function fits({ cidr, ports, protocol }: Target, packet: Packet): boolean {
  if (cidr && !holds(blockOf(cidr), packet.family, packet.peer)) return false;
  if (protocol !== undefined && protocol !== packet.protocol) return false;
  return ports === undefined || (hasPorts(packet) && isIn(ports, packet.peerPort));
}

/** The ports of a fault are those of TCP and UDP: where others have theirs, other things stand. */
export function hasPorts({ protocol }: Packet): boolean {
  return protocol === 'tcp' || protocol === 'udp';
}

/** Whether a port, where there is one, is in one of the ranges. */
export function isIn(ranges: readonly PortRange[], port: number | undefined): boolean {
  return port !== undefined && ranges.some(({ first, last }) => first <= port && port <= last);
}
