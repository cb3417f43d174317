import type {
  Counters,
  ObservedClass,
  ObservedFilter,
  ObservedHook,
  ObservedQdisc,
  ObservedTable,
} from '../kernel/observed';
import { MessageReader } from './attributes';
import { readBpf } from './bpf-options';
import { readClassRates, readDirectQueueLength } from './htb-options';
import { readNetem } from './netem-options';
import {
  handleText,
  readFilterInfo,
  readTcHead,
  readU32Handle,
  rootParent,
  tcAttribute,
  tcHeadLength,
  type TcHead,
} from './tc-message';
import { readDivisor, readU32, type U32Reading } from './u32-options';

/** What the kernel shows of one qdisc, class or filter. */
interface TcObject {
  readonly head: TcHead;
  readonly kind: string;
  readonly options: MessageReader | undefined;
  readonly attributes: ReadonlyMap<number, MessageReader>;
}

function readObject(body: MessageReader): TcObject {
  const attributes = body.attributes(tcHeadLength);
  return {
    head: readTcHead(body),
    kind: attributes.get(tcAttribute.kind)?.text() ?? '',
    options: attributes.get(tcAttribute.options),
    attributes,
  };
}

/** The qdiscs of one device: those on the way out, and what stands where packets come in. */
export interface QdiscListing {
  readonly qdiscs: readonly ObservedQdisc[];
  readonly hook: ObservedHook['qdisc'];
}

/** The kernel lists the qdiscs of all devices. */
export function readQdiscs(objects: readonly MessageReader[], index: number): QdiscListing {
  const qdiscs: ObservedQdisc[] = [];
  let hook: ObservedHook['qdisc'];
  for (const object of objects.map(readObject).filter(({ head }) => head.index === index)) {
    if (object.kind === 'clsact' || object.kind === 'ingress') hook = object.kind;
    else qdiscs.push(qdiscOf(object));
  }
  return { qdiscs, hook };
}

function qdiscOf({ head, kind, options, attributes }: TcObject): ObservedQdisc {
  return {
    kind,
    handle: `${(head.handle >>> 16).toString(16)}:`,
    parent: head.parent === rootParent ? 'root' : handleText(head.parent),
    directQueueLength: kind === 'htb' ? options && readDirectQueueLength(options) : undefined,
    // struct tc_fifo_qopt.
    limit: kind === 'pfifo' ? options?.u32() : undefined,
    netem: kind === 'netem' ? options && readNetem(options) : undefined,
    counters: countersOf(attributes.get(tcAttribute.stats2)),
  };
}

/** TCA_STATS_* of linux/gen_stats.h. */
const statistics = { basic: 1, queue: 3, packets64: 8 } as const;

/** struct gnet_stats_basic: bytes, packets; struct gnet_stats_queue: length, backlog in bytes, drops. */
function countersOf(stats: MessageReader | undefined): Counters {
  const parts = stats?.attributes() ?? new Map<number, MessageReader>();
  const { basic = nothing, queue = nothing } = {
    basic: parts.get(statistics.basic),
    queue: parts.get(statistics.queue),
  };
  const packets64 = parts.get(statistics.packets64);
  return {
    bytes: Number(basic.u64()),
    packets: packets64 ? Number(packets64.u64()) : basic.u32(8),
    drops: queue.u32(8),
    backlogPackets: queue.u32(),
  };
}

/** Reads as zero everywhere. */
const nothing = MessageReader.of(new Uint8Array());

/** The HTB classes among these. */
export function readClasses(objects: readonly MessageReader[]): readonly ObservedClass[] {
  return objects
    .map(readObject)
    .filter(({ kind }) => kind === 'htb')
    .map(({ head, options }) => ({
      classid: handleText(head.handle),
      ...readClassRates(options ?? nothing),
    }));
}

/** What stands at one place for filters, in the order in which the kernel asks them. */
export interface FilterListing {
  readonly tables: readonly ObservedTable[];
  readonly filters: readonly ObservedFilter[];
}

/** Turns a device's index into its name, where there is such a device. */
export type NameOf = (index: number) => string | undefined;

/** Of u32 each table and filter, of cls_bpf each program, of any other classifier that it is there. */
export function readFilters(objects: readonly MessageReader[], nameOf: NameOf): FilterListing {
  const tables: ObservedTable[] = [];
  const filters: ObservedFilter[] = [];
  for (const body of objects) {
    const object = readObject(body);
    const divisor = object.kind === 'u32' && object.options ? readDivisor(object.options) : undefined;
    if (divisor === undefined) filters.push(...filterOf(object, nameOf));
    else tables.push(...tableOf(object.head, divisor));
  }
  return { tables, filters };
}

/** Those that the kernel makes for each pref by itself are not told of. */
function tableOf({ handle, parent, info }: TcHead, divisor: number): readonly ObservedTable[] {
  const { table } = readU32Handle(handle);
  const { pref } = readFilterInfo(info);
  return table === 'root' ? [] : [{ parent: handleText(parent), pref, id: table, divisor }];
}

/** A classifier has a message of its own, without options, before those of its filters. */
function filterOf({ head, kind, options }: TcObject, nameOf: NameOf): readonly ObservedFilter[] {
  const known = kind === 'u32' || kind === 'bpf';
  if (known === (options === undefined)) return [];
  const place = { parent: handleText(head.parent), ...readFilterInfo(head.info), kind };
  if (!options || !known) return [{ ...place, u32: undefined, bpf: undefined }];
  if (kind === 'bpf') return [{ ...place, u32: undefined, bpf: readBpf(head.handle, options) }];
  const { redirectIndex, ...u32 } = readU32(options);
  const redirect = redirectIndex === undefined ? undefined : nameOf(redirectIndex);
  return [{ ...place, u32: { handle: readU32Handle(head.handle), ...u32, redirect }, bpf: undefined }];
}

/** The devices that filters redirect to, by index. */
export function redirectsIn(objects: readonly MessageReader[]): readonly number[] {
  return objects
    .map(readObject)
    .map(({ kind, options }): U32Reading | undefined =>
      kind === 'u32' && options ? readU32(options) : undefined,
    )
    .flatMap((reading) => reading?.redirectIndex ?? []);
}
