import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Capabilities } from '../capabilities';
import type { Observed, ObservedDevice, ObservedFilter, ObservedHook } from '../kernel/observed';
import type { Operation } from '../kernel/operation';
import { stretchesOf } from '../kernel/stretches';
import type { FilterRef, ObservedQdiscs, OperationFailure, Transport } from '../kernel/transport';
import { netemErrors } from '../netem-errors';
import type { MessageReader } from './attributes';
import { KernelLookUp } from './kernel-look-up';
import type { Request } from './message';
import { probeNetlink } from './netlink-probe';
import { explainErrno, explainMissingDevice, isAmbiguous } from './netlink-failure';
import {
  readClasses,
  readFilters,
  readQdiscs,
  redirectsIn,
  type FilterListing,
  type QdiscListing,
} from './observation';
import { filterHead, requestOf } from './operation-request';
import type { RawSocket } from './raw-socket';
import { NetlinkSocket, type Answer } from './socket';
import { handleNumber, tcAttribute, tcMessage, u32Handle, writeTcHead } from './tc-message';

export interface NetlinkSettings {
  /** For the kernel's answer to one call. Default 5000. */
  readonly timeoutMs?: number;
  /** Where a socket comes from; the npm package `netlink` by default. */
  readonly open?: () => Promise<RawSocket>;
}

const defaultTimeoutMs = 5_000;

/** A table that a filter led to a moment ago is let go by the kernel only when no packet can be on its way there. */
const tableAttempts = 50;
const tableWaitMs = 10;

/** The way to the kernel by rtnetlink, with no program in between. */
export class NetlinkTransport implements Transport {
  readonly name = 'netlink';
  readonly #socket: NetlinkSocket;

  constructor({ timeoutMs = defaultTimeoutMs, ...settings }: NetlinkSettings = {}) {
    this.#socket = new NetlinkSocket({ ...settings, timeoutMs });
  }

  async run(operations: readonly Operation[]): Promise<readonly OperationFailure[]> {
    const failures: OperationFailure[] = [];
    for (const stretch of stretchesOf(operations, Infinity))
      failures.push(...(await this.#runStretch(stretch)));
    return failures;
  }

  async #runStretch(operations: readonly Operation[]): Promise<readonly OperationFailure[]> {
    const lookUp = await KernelLookUp.of(this.#socket, operations);
    const steps = operations.map((operation): Step => ({
      operation,
      missing: lookUp.missingDevice(operation),
      errno: 0,
    }));
    await this.#send(
      steps.filter(({ missing }) => missing === undefined),
      lookUp,
    );
    const failures: OperationFailure[] = [];
    for (const { operation, missing, errno } of steps) {
      if (missing !== undefined)
        failures.push({ operation, error: explainMissingDevice(operation, missing) });
      if (errno === 0) continue;
      const there = isAmbiguous(operation, errno) && (await this.#parentIsThere(operation));
      failures.push({ operation, error: explainErrno(operation, errno, there) });
    }
    return failures;
  }

  /** Each step then has its answer. */
  async #send(steps: readonly Step[], lookUp: KernelLookUp): Promise<void> {
    let left = steps;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      const answers = await this.#socket.request(left.map(({ operation }) => requestOf(operation, lookUp)));
      for (const [at, step] of left.entries()) step.errno = answers[at]?.errno ?? 0;
      left = attempt < tableAttempts ? left.filter(isTableInUse) : [];
      if (left.length > 0) await setTimeout(tableWaitMs);
    }
  }

  async #parentIsThere(operation: Operation): Promise<boolean> {
    if (!('parent' in operation)) return false;
    const { device, parent } = operation;
    if (!parent.includes(':')) return true;
    const { qdiscs, classes } = await this.readQdiscs(device);
    return (
      qdiscs.some(({ handle }) => handle === parent) || classes.some(({ classid }) => classid === parent)
    );
  }

  async read(device: string, ingressDevice: string): Promise<ObservedDevice> {
    const links = await KernelLookUp.links(this.#socket, [device, ingressDevice]);
    const [here, behind] = [links.get(device), links.get(ingressDevice)];
    if (here === undefined) throw missingDevice(device);
    const all = await this.#dump(tcMessage.getQdisc, { index: 0 });
    const listing = readQdiscs(all, here.index);
    return {
      egress: await this.#observe(device, here.index, listing),
      hook: await this.#hook(here.index, listing.hook),
      ingress: behind && (await this.#observe(ingressDevice, behind.index, readQdiscs(all, behind.index))),
      ingressLink: behind && { kind: behind.kind, up: behind.up },
    };
  }

  async readQdiscs(device: string): Promise<ObservedQdiscs> {
    const index = (await KernelLookUp.links(this.#socket, [device])).get(device)?.index;
    if (index === undefined) throw missingDevice(device);
    const { qdiscs } = readQdiscs(await this.#dump(tcMessage.getQdisc, { index: 0 }), index);
    return { device, qdiscs, classes: readClasses(await this.#dump(tcMessage.getClass, { index })) };
  }

  async #observe(device: string, index: number, { qdiscs }: QdiscListing): Promise<Observed> {
    const classes = readClasses(await this.#dump(tcMessage.getClass, { index }));
    const listings: FilterListing[] = [];
    // Filters hang on HTB only, the root's or, without netem, a leaf's.
    for (const { kind, handle } of qdiscs)
      if (kind === 'htb') listings.push(await this.#filters(index, handle));
    return {
      device,
      qdiscs,
      classes,
      tables: listings.flatMap(({ tables }) => tables),
      filters: listings.flatMap(({ filters }) => filters),
    };
  }

  async #hook(index: number, qdisc: ObservedHook['qdisc']): Promise<ObservedHook> {
    const filtersAt = async (parent: string, there: boolean): Promise<readonly ObservedFilter[]> =>
      there ? (await this.#filters(index, parent)).filters : [];
    return {
      qdisc,
      filters: await filtersAt('ingress', qdisc !== undefined),
      egressFilters: await filtersAt('egress', qdisc === 'clsact'),
    };
  }

  async #filters(index: number, parent: string): Promise<FilterListing> {
    const objects = await this.#dump(tcMessage.getFilter, { index, parent });
    return readFilters(objects, await this.#namesIn(objects));
  }

  async #namesIn(objects: readonly MessageReader[]): Promise<(index: number) => string | undefined> {
    const names = await KernelLookUp.names(this.#socket, redirectsIn(objects));
    return (index) => names.get(index);
  }

  async readFilters(refs: readonly FilterRef[]): Promise<readonly (ObservedFilter | undefined)[]> {
    const lookUp = await KernelLookUp.of(this.#socket, refs);
    const there = refs.filter((ref) => lookUp.missingDevice(ref) === undefined);
    const answers = await this.#socket.request(there.map((ref) => filterQuestion(ref, lookUp)));
    const names = await this.#namesIn(answers.flatMap(({ objects }) => objects));
    const found = new Map<FilterRef, Answer | undefined>(there.map((ref, at) => [ref, answers[at]]));
    return refs.map((ref) => readFilters(found.get(ref)?.objects ?? [], names).filters[0]);
  }

  probe(): Promise<Capabilities> {
    return probeNetlink(this, this.#socket);
  }

  close(): void {
    this.#socket.close();
  }

  async #dump(
    type: number,
    { index, parent }: { readonly index: number; readonly parent?: string },
  ): Promise<readonly MessageReader[]> {
    const head = { index, handle: 0, parent: handleNumber(parent), info: 0 };
    const { errno, objects } = await this.#socket.dump({
      type,
      flags: 0,
      body: (writer) => writeTcHead(writer, head),
    });
    // What is gone by the time of the question is reported as not there, and the next look has the reason.
    if (errno !== 0 && errno !== constants.errno.ENODEV)
      throw netemErrors.error('netlink-failed', `the kernel refused to list: errno ${errno}`);
    return objects;
  }
}

/** An operation on its way. */
interface Step {
  readonly operation: Operation;
  /** The device that it needs and that is not there. */
  readonly missing: string | undefined;
  errno: number;
}

function isTableInUse({ operation, errno }: Step): boolean {
  return errno === constants.errno.EBUSY && operation.kind === 'table' && operation.verb === 'delete';
}

function filterQuestion(ref: FilterRef, lookUp: KernelLookUp): Request {
  const root = ref.handle.table === 'root' ? lookUp.rootTableOf(ref) : 0;
  const head = filterHead(ref, lookUp.indexOf(ref.device), u32Handle(ref.handle, root));
  return {
    type: tcMessage.getFilter,
    flags: 0,
    body: (writer) => writeTcHead(writer, head).attribute(tcAttribute.kind, (value) => value.text('u32')),
  };
}

function missingDevice(device: string): Error {
  return netemErrors.error('device-missing', `there is no device ${device}`);
}
