import type { Profile } from '../profile/profile';
import { passBytesPerSecond } from './htb-rate';
import type { PacketBytes } from './packet-bytes';
import type {
  Observed,
  ObservedClass,
  ObservedFilter,
  ObservedHook,
  ObservedLink,
  ObservedQdisc,
} from './observed';
import type { ClassOperation, Operation, QdiscOperation, QdiscSpec } from './operation';
import { netemOf } from './simulated-netem';
import { Refusal, SimulatedFilters } from './simulated-u32';

const noCounters = { bytes: 0, packets: 0, drops: 0, backlogPackets: 0 };

function plainQdisc(kind: string, handle: string, parent: string): ObservedQdisc {
  return {
    ...{ kind, handle, parent, directQueueLength: undefined, limit: undefined, netem: undefined },
    counters: noCounters,
  };
}

/** One network device in memory: its qdiscs, classes and filters, and the kernel's rules for them. */
export class SimulatedDevice {
  #qdiscs: ObservedQdisc[];
  #classes: ObservedClass[] = [];
  /** By the handle of their qdisc. */
  readonly #filters = new Map<string, SimulatedFilters>();
  readonly #profiles = new Map<string, Profile>();
  #hook: ObservedHook['qdisc'];
  #hookFilters = new SimulatedFilters('ingress');
  #egressFilters: readonly ObservedFilter[] = [];
  #nextHandle = 0x8001;

  constructor(
    readonly name: string,
    /** Anybody may set it down. */
    public link: ObservedLink,
    private readonly defaultQdisc = 'noqueue',
  ) {
    this.#qdiscs = [plainQdisc(defaultQdisc, '0:', 'root')];
  }

  get observed(): Observed {
    const filters = [...this.#filters.values()];
    return {
      device: this.name,
      qdiscs: [...this.#qdiscs],
      classes: [...this.#classes],
      tables: filters.flatMap((one) => one.tables),
      filters: filters.flatMap((one) => one.filters),
    };
  }

  get hook(): ObservedHook {
    return { qdisc: this.#hook, filters: this.#hookFilters.filters, egressFilters: this.#egressFilters };
  }

  /** Filters of a qdisc, or of the ingress hook. @throws Refusal */
  filtersAt(parent: string): SimulatedFilters {
    if (parent === 'ingress') {
      if (this.#hook === undefined) throw new Refusal("Parent Qdisc doesn't exists.");
      return this.#hookFilters;
    }
    if (!this.#qdiscs.some(({ handle }) => handle === parent))
      throw new Refusal("Parent Qdisc doesn't exists.");
    const there = this.#filters.get(parent) ?? new SimulatedFilters(parent);
    this.#filters.set(parent, there);
    return there;
  }

  /** @throws Refusal */
  run(operation: Exclude<Operation, { kind: 'link' }>): void {
    switch (operation.kind) {
      case 'qdisc':
        if (operation.parent === 'clsact') this.#runHook(operation);
        else this.#runQdisc(operation);
        break;
      case 'class':
        this.#runClass(operation);
        break;
      case 'table':
      case 'u32':
      case 'bpf':
      case 'pref':
        this.filtersAt(operation.parent).run(operation);
        break;
    }
  }

  /** Somebody else has changed the device, and this is what stands now. */
  restore({ qdiscs, classes, tables, filters }: Observed): void {
    this.#qdiscs = [...qdiscs];
    this.#classes = [...classes];
    const parents = new Set([...this.#filters.keys(), ...filters.map(({ parent }) => parent)]);
    for (const parent of parents) {
      if (!qdiscs.some(({ handle }) => handle === parent)) this.#filters.delete(parent);
      else {
        this.filtersAt(parent).restore(
          filters.filter((one) => one.parent === parent),
          tables.filter((one) => one.parent === parent),
        );
      }
    }
  }

  /** Somebody else has put these filters at the hooks, and the qdisc that they need. */
  restoreHook({ qdisc, filters, egressFilters }: ObservedHook): void {
    this.#hook = qdisc;
    this.#hookFilters.restore(filters, []);
    this.#egressFilters = egressFilters;
  }

  /** So many packets wait in the leaf of this class. */
  queue(classid: string, backlogPackets: number): void {
    this.#qdiscs = this.#qdiscs.map((one) =>
      one.parent === classid ? { ...one, counters: { ...one.counters, backlogPackets } } : one,
    );
  }

  /** What the leaf of a class does now; undefined when it lets everything pass. */
  profileOf(classid: string): Profile | undefined {
    return this.#profiles.get(classid);
  }

  /** The class that a packet gets: of its filters, or, where none fits or the class is not there, the default one. */
  classOf({ protocol, bytes }: PacketBytes): string {
    const found = this.#filters.get('1:')?.classify(protocol, wordReader(bytes))?.flowid;
    return found !== undefined && this.#classes.some(({ classid }) => classid === found) ? found : '1:1';
  }

  /** The device to which a packet that comes in is led. */
  redirectOf({ protocol, bytes }: PacketBytes): string | undefined {
    return this.#hook && this.#hookFilters.classify(protocol, wordReader(bytes))?.redirect;
  }

  #runHook({ verb }: QdiscOperation): void {
    if (verb === 'delete') {
      if (this.#hook !== 'clsact') throw new Refusal('Invalid handle.');
      this.#hookFilters = new SimulatedFilters('ingress');
      this.#egressFilters = [];
      this.#hook = undefined;
      return;
    }
    if (this.#hook) throw new Refusal('Exclusivity flag on, cannot modify.');
    this.#hook = 'clsact';
  }

  #runQdisc(operation: QdiscOperation): void {
    const { verb, parent } = operation;
    const there = this.#qdiscs.find((one) => one.parent === parent && one.handle !== '0:');
    if (verb === 'delete') this.#deleteQdisc(operation, there);
    else this.#setQdisc(operation, there);
  }

  #setQdisc(operation: QdiscOperation, there: ObservedQdisc | undefined): void {
    const { parent, spec } = operation;
    if (parent !== 'root' && !this.#hasClass(parent)) throw new Refusal('Specified class not found.');
    assertAllowed(operation, there);
    const kept = isSame(operation, there) ? there : undefined;
    if (there && !kept) this.#removeQdisc(there);
    const made = this.#qdiscOf(operation, spec, kept);
    // What the kernel put there by itself gives way.
    this.#qdiscs = [...this.#qdiscs.filter((one) => one.parent !== parent), made];
    if (spec?.kind === 'netem') this.#profiles.set(parent, spec.profile);
  }

  #qdiscOf(
    { handle, parent }: QdiscOperation,
    spec: QdiscSpec | undefined,
    there?: ObservedQdisc,
  ): ObservedQdisc {
    if (!spec) throw new Refusal('Invalid argument');
    const chosen = handle ?? `${(this.#nextHandle++).toString(16)}:`;
    return {
      ...plainQdisc(spec.kind, chosen, parent),
      counters: there?.counters ?? noCounters,
      directQueueLength: spec.kind === 'htb' ? (spec.directQueueLength ?? 1000) : undefined,
      limit: spec.kind === 'pfifo' ? spec.limit : undefined,
      netem: spec.kind === 'netem' ? netemOf(spec.profile) : undefined,
    };
  }

  #deleteQdisc({ parent, handle }: QdiscOperation, there: ObservedQdisc | undefined): void {
    if (!there || (handle !== undefined && there.handle !== handle)) throw new Refusal('Invalid handle.');
    this.#removeQdisc(there);
    if (parent === 'root') this.#qdiscs.push(plainQdisc(this.defaultQdisc, '0:', 'root'));
  }

  /** With all that stands on it. */
  #removeQdisc(qdisc: ObservedQdisc): void {
    this.#qdiscs = this.#qdiscs.filter((one) => one !== qdisc);
    this.#profiles.delete(qdisc.parent);
    this.#filters.delete(qdisc.handle);
    const isOn = (classid: string): boolean => classid.startsWith(qdisc.handle);
    this.#classes = this.#classes.filter(({ classid }) => !isOn(classid));
    for (const child of this.#qdiscs.filter(({ parent }) => isOn(parent))) this.#removeQdisc(child);
  }

  #hasClass(classid: string): boolean {
    return this.#classes.some((one) => one.classid === classid);
  }

  #runClass({ verb, parent, classid, rate }: ClassOperation): void {
    if (!this.#qdiscs.some(({ handle, kind }) => handle === parent && kind === 'htb')) {
      throw new Refusal('Specified qdisc not found.');
    }
    if (verb === 'delete') {
      this.#deleteClass(classid);
      return;
    }
    const bytes = rate ? Math.floor(rate.bitsPerSecond / 8) : passBytesPerSecond;
    const made = { classid, rateBytesPerSecond: bytes, ceilBytesPerSecond: bytes };
    const index = this.#classes.findIndex((one) => one.classid === classid);
    if (index >= 0) this.#classes[index] = made;
    else this.#classes.push(made);
  }

  /** A leaf goes with its class; a class that a filter names stays. */
  #deleteClass(classid: string): void {
    if (!this.#hasClass(classid)) throw new Refusal('Specified class not found.');
    if ([...this.#filters.values()].some((one) => one.names(classid))) throw new Refusal('HTB class in use');
    const leaf = this.#qdiscs.find(({ parent }) => parent === classid);
    if (leaf) this.#removeQdisc(leaf);
    this.#classes = this.#classes.filter((one) => one.classid !== classid);
  }
}

/** What `replace` and `change` go on with, and do not make anew. */
function isSame({ handle, spec }: QdiscOperation, there: ObservedQdisc | undefined): boolean {
  return there?.kind === spec?.kind && there?.handle === handle;
}

function assertAllowed({ verb, spec }: QdiscOperation, there: ObservedQdisc | undefined): void {
  if (verb === 'add' && there) throw new Refusal('Exclusivity flag on, cannot modify.');
  if (verb === 'change' && there?.kind !== spec?.kind) throw new Refusal('Specified qdisc not found.');
}

function wordReader(bytes: Uint8Array): (offset: number) => number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (offset) => (offset + 4 <= bytes.byteLength ? view.getUint32(offset) : undefined);
}
