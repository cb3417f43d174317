import type { FilterPlace, Operation } from '../kernel/operation';
import { needsRootTable, placeOf } from '../kernel/stretches';
import type { FilterRef } from '../kernel/transport';
import { getLink, getLinkByIndex, readLink, type Link } from './link-message';
import type { Request } from './message';
import { filterHead, type KernelNumbers } from './operation-request';
import type { NetlinkSocket } from './socket';
import { readTcHead, tableHandle, tcAttribute, tcMessage, writeTcHead } from './tc-message';

type Wanted = Operation | FilterRef;

/**
 * The numbers that the kernel has for names just now. They are looked up for each call: a device that was made anew has
 * another index, and the root table of a pref another number.
 */
export class KernelLookUp implements KernelNumbers {
  private constructor(
    private readonly indexes: ReadonlyMap<string, number>,
    private readonly rootTables: ReadonlyMap<string, number>,
  ) {}

  /** Everything that these need. */
  static async of(socket: NetlinkSocket, wanted: readonly Wanted[]): Promise<KernelLookUp> {
    const links = await KernelLookUp.links(socket, wanted.flatMap(devicesOf));
    const indexes = new Map([...links].map(([name, { index }]) => [name, index]));
    const places = new Map(wanted.filter(needsRootTable).map((place) => [placeOf(place), place]));
    const asked = [...places.values()].filter(({ device }) => indexes.has(device));
    const answers = await socket.request(
      asked.map((place) => rootTableQuestion(place, indexes.get(place.device) ?? 0)),
    );
    const rootTables = new Map<string, number>();
    for (const [at, place] of asked.entries()) {
      const [table] = answers[at]?.objects ?? [];
      if (table) rootTables.set(placeOf(place), readTcHead(table).handle);
    }
    return new KernelLookUp(indexes, rootTables);
  }

  /** By name; a device that is not there is not among them. */
  static async links(socket: NetlinkSocket, devices: readonly string[]): Promise<ReadonlyMap<string, Link>> {
    const names = [...new Set(devices)];
    const found = new Map<string, Link>();
    for (const { objects } of await socket.request(names.map(getLink))) {
      for (const link of objects.map(readLink)) found.set(link.name, link);
    }
    return found;
  }

  /** By index. */
  static async names(
    socket: NetlinkSocket,
    indexes: readonly number[],
  ): Promise<ReadonlyMap<number, string>> {
    const found = new Map<number, string>();
    for (const { objects } of await socket.request([...new Set(indexes)].map(getLinkByIndex))) {
      for (const { name, index } of objects.map(readLink)) found.set(index, name);
    }
    return found;
  }

  /** The first device that it needs and that is not there. */
  missingDevice(wanted: Wanted): string | undefined {
    return devicesOf(wanted).find((device) => !this.indexes.has(device));
  }

  /** 0 for one that is not there, which no device has. */
  indexOf = (device: string): number => this.indexes.get(device) ?? 0;

  /** Where there is no such pref, a number that no filter has. */
  rootTableOf = (place: FilterPlace): number => this.rootTables.get(placeOf(place)) ?? tableHandle('root');
}

/** A link's own name is no index yet, or is looked up by the kernel. */
function devicesOf(wanted: Wanted): readonly string[] {
  if ('kind' in wanted && wanted.kind === 'link') return [];
  const target = 'kind' in wanted && wanted.kind === 'u32' ? wanted.target : undefined;
  return target && 'redirect' in target ? [wanted.device, target.redirect] : [wanted.device];
}

/** The kernel takes TC_U32_ROOT for a table's name, though not as a part of a filter's, and answers with the real one. */
function rootTableQuestion(place: FilterPlace, index: number): Request {
  const head = filterHead(place, index, tableHandle('root'));
  return {
    type: tcMessage.getFilter,
    flags: 0,
    body: (writer) => writeTcHead(writer, head).attribute(tcAttribute.kind, (value) => value.text('u32')),
  };
}
