import { printCidr, printPortRange, type Cidr, type PortRange, type Target } from '@podlag/core';
import type { Entry, Who } from './entry';
import { isWhole } from './entry';
import { joined } from './joined';
import type { DesiredMemory } from './memory';

/** How many ports one target of a fault document takes. */
const portsATarget = 64;

/** How many targets one fault document takes. */
export const mostTargets = 65_536;

/** As a fault has them; undefined means everybody. Equal entries in the same order give the same array. */
export function targetList(entries: readonly Entry[], memory: DesiredMemory): readonly Target[] | undefined {
  if (entries.some((entry) => entry.who.kind === 'everybody' && isWhole(entry))) return undefined;
  const key = entries.map((entry) => keyOf(entry, memory)).join(';');
  return memory.targets(key, () => entries.flatMap((entry) => targetsOf(entry, memory)));
}

function targetsOf({ who, ports, protocol }: Entry, memory: DesiredMemory): readonly Target[] {
  const narrowings = chunks(ports).map((chunk) => ({
    ...(chunk && { ports: chunk }),
    ...(protocol && { protocol }),
  }));
  return blocksOf(who, memory).flatMap((cidr) =>
    narrowings.map((narrowing) => ({ ...(cidr && { cidr }), ...narrowing })),
  );
}

function blocksOf(who: Who, memory: DesiredMemory): readonly (Cidr | undefined)[] {
  switch (who.kind) {
    case 'everybody':
      return [undefined];
    case 'block':
      return [who.cidr];
    case 'addresses':
      return memory.blocks(memory.addressesKey(who.addresses), () => joined(who.addresses));
  }
}

function chunks(ports: readonly PortRange[] | undefined): readonly (readonly PortRange[] | undefined)[] {
  if (ports === undefined) return [undefined];
  const count = Math.ceil(ports.length / portsATarget);
  return Array.from({ length: count }, (_, index) =>
    ports.slice(index * portsATarget, (index + 1) * portsATarget),
  );
}

function keyOf({ who, ports, protocol }: Entry, memory: DesiredMemory): string {
  return `${whoKey(who, memory)} ${ports?.map(printPortRange).join(',') ?? ''} ${protocol ?? ''}`;
}

function whoKey(who: Who, memory: DesiredMemory): string {
  switch (who.kind) {
    case 'everybody':
      return '*';
    case 'block':
      return printCidr(who.cidr);
    case 'addresses':
      return memory.addressesKey(who.addresses);
  }
}
