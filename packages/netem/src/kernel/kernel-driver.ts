import { setTimeout } from 'node:timers/promises';
import { isPodlagError, type PodlagError } from '@podlag/core';
import type { Capabilities } from '../capabilities';
import type { Applied, QdiscDriver, Reading } from '../driver';
import { netemErrors } from '../netem-errors';
import type { Profile } from '../profile/profile';
import { tcLine } from '../tc/words';
import type { QdiscTree } from '../tree/qdisc-tree';
import { blocksOf, differInLeavesOnly, filtersOn, sameQdiscs, type Look } from './device-memory';
import { differences, type Difference } from './differences';
import { classidOf, ingressDevice } from './handles';
import { afterOperations, touchedFilters } from './known-filters';
import type { ObservedDevice } from './observed';
import type { Operation } from './operation';
import { redirectCautions } from './plan-redirect';
import { plan, type Plan, type PlanSettings } from './plan';
import { leafName } from './plan-leaves';
import { planTidy } from './plan-tidy';
import type { OperationFailure, Transport } from './transport';

export interface KernelDriverSettings {
  /** Replace a root qdisc of somebody else. Default false. */
  readonly takeOverRoot?: boolean;
  /** Up to so many filters, a look at all of them costs less than the bookkeeping. Default 64. */
  readonly few?: number;
  /** Filters that were touched are read back one by one up to this share of all. Default a quarter. */
  readonly singly?: number;
}

/** A tc that died took an unknown part of its batch with it; what fails three times in a row has another reason. */
const attempts = 3;

const defaults = { takeOverRoot: false, few: 64, singly: 0.25 } as const;

/** Tidying goes in steps, and a table may have to be asked for again; what stays even so is left for the next time. */
const tidySteps = 10;
/** About as long as the kernel takes until what is deleted has gone (RCU). */
const graceMs = 20;

/** The one QdiscDriver: plans from what the kernel has, runs the plan through a transport, and reads it back. */
export class KernelDriver implements QdiscDriver {
  #known: Capabilities | undefined;
  #probing: Promise<Capabilities> | undefined;
  /** A device as it was when its last change was confirmed. */
  readonly #memory = new Map<string, Look>();
  readonly #settings: Required<KernelDriverSettings>;
  /** What each leaf was last given and confirmed with, by `leafName`. */
  readonly #applied = new Map<string, Profile>();

  constructor(
    private readonly transport: Transport,
    settings: KernelDriverSettings = {},
  ) {
    this.#settings = { ...defaults, ...settings };
  }

  apply(tree: QdiscTree): Promise<Applied> {
    return this.#withRetry(() => this.#apply(tree));
  }

  preview(tree: QdiscTree): Promise<readonly string[]> {
    return this.#withRetry(async () => {
      const settings = await this.#planSettings();
      const { observed, known } = await this.#look(tree);
      return plan(tree, observed, settings, known).operations.map(tcLine);
    });
  }

  read(tree: QdiscTree): Promise<Reading> {
    return this.#withRetry(async () => {
      const settings = await this.#planSettings();
      const { observed } = await this.#lookAtAll(tree.device);
      const found = differences(tree, observed, settings);
      this.#memory.set(tree.device, { observed, known: found.length === 0 ? tree : undefined });
      return { observed, differences: found, cautions: cautionsOf(tree, observed) };
    });
  }

  tidy(tree: QdiscTree, force: boolean): Promise<boolean> {
    return this.#withRetry(() => this.#tidy(tree, force));
  }

  capabilities(again = false): Promise<Capabilities> {
    if (this.#known && (!again || isComplete(this.#known))) return Promise.resolve(this.#known);
    // One probe at a time: two would share the scratch device.
    this.#probing ??= this.transport
      .probe()
      .then((found) => (this.#known = found))
      .finally(() => (this.#probing = undefined));
    return this.#probing;
  }

  close(): void {
    this.transport.close();
  }

  /**
   * Everything starts with a look at the kernel, so all can be done again: after a tc that died, and after one that finds
   * no device. tc keeps the index of a name for as long as it lives; a device that was made anew has another.
   */
  async #withRetry<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        this.#memory.clear();
        const worthIt = isPodlagError(error, 'tc-died') || isPodlagError(error, 'device-missing');
        if (!worthIt || attempt === attempts) throw error;
        this.transport.close();
      }
    }
  }

  async #apply(tree: QdiscTree): Promise<Applied> {
    const settings = await this.#planSettings();
    const run: Operation[] = [];
    let decisive: Operation | undefined;
    let before = await this.#look(tree);
    for (let attempt = 1; ; attempt += 1) {
      const planned = plan(tree, before.observed, settings, before.known);
      decisive ??= planned.decisive;
      run.push(...planned.operations);
      const { observed, problem } = await this.#carryOut(tree, planned, before);
      if (problem === undefined) {
        return {
          commands: run.map(tcLine),
          decisive: decisive && tcLine(decisive),
          observed,
          leftovers: hasLeftovers(tree, observed),
        };
      }
      this.#memory.delete(tree.device);
      // What was taken for known may have been wrong; from a look at everything the rest can be planned.
      const worthIt = isPodlagError(problem, 'tc-failed') || isPodlagError(problem, 'not-confirmed');
      if (!worthIt || attempt === attempts) throw problem;
      before = await this.#lookAtAll(tree.device);
    }
  }

  async #carryOut(tree: QdiscTree, { operations }: Plan, before: Look): Promise<Outcome> {
    this.#forget(operations);
    const [failure] = await this.#run(operations);
    if (failure) return { observed: before.observed, problem: failure.error };
    const { observed, known } = operations.length === 0 ? before : await this.#readBack(operations, before);
    const left = differences(tree, observed, await this.#planSettings(), known);
    if (left.length > 0) return { observed, problem: notConfirmed(tree, left) };
    this.#memory.set(tree.device, { observed, known: tree });
    this.#remember(tree);
    return { observed, problem: undefined };
  }

  /**
   * Qdiscs and classes by themselves, filters by themselves: where one part is refused, nothing that builds on it is
   * run, and packets stay where they were.
   */
  async #run(operations: readonly Operation[]): Promise<readonly OperationFailure[]> {
    for (const part of parts(operations)) {
      const failures = await this.transport.run(part);
      if (failures.length > 0) return failures;
    }
    return [];
  }

  /** Until it is confirmed, nobody knows which table a leaf has. */
  #forget(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === 'qdisc') this.#applied.delete(leafName(operation.device, operation.parent));
    }
  }

  #remember({ device, egress, ingress }: QdiscTree): void {
    for (const [name, side] of [[device, egress] as const, [ingressDevice(device), ingress] as const]) {
      for (const { minor, profile } of side?.classes ?? []) {
        this.#applied.set(leafName(name, classidOf(minor)), profile);
      }
    }
  }

  async #readBack(operations: readonly Operation[], { observed, known }: Look): Promise<Look> {
    const { device } = observed.egress;
    const { few, singly } = this.#settings;
    const touched = touchedFilters(operations);
    const standing = filtersOn(observed);
    const isCheaper = known !== undefined || standing > few;
    if (touched === undefined || !isCheaper || touched.length > Math.max(few, standing * singly))
      return this.#lookAtAll(device);
    const found = touched.length === 0 ? [] : await this.transport.readFilters(touched);
    const after = await this.#withQdiscsOf(afterOperations(observed, operations, found));
    return after ? { observed: after, known } : this.#lookAtAll(device);
  }

  /** What is there, as cheaply as can be: filters from memory where they are many, or do not matter. */
  async #look(tree: QdiscTree): Promise<Look> {
    const memory = this.#memory.get(tree.device);
    const isEnough =
      blocksOf(tree) > this.#settings.few || (memory?.known && differInLeavesOnly(memory.known, tree));
    return memory && isEnough ? this.#lookAgain(memory) : this.#lookAtAll(tree.device);
  }

  /** Filters from memory, if the qdiscs are still those that they belong to. */
  async #lookAgain(memory: Look): Promise<Look> {
    const observed = await this.#withQdiscsOf(memory.observed);
    return observed && sameQdiscs(observed, memory.observed)
      ? { observed, known: memory.known }
      : this.#lookAtAll(memory.observed.egress.device);
  }

  async #lookAtAll(device: string): Promise<Look> {
    return { observed: await this.transport.read(device, ingressDevice(device)), known: undefined };
  }

  /** With qdiscs and classes of this moment. Undefined when a device has gone. */
  async #withQdiscsOf(known: ObservedDevice): Promise<ObservedDevice | undefined> {
    const { egress, ingress } = known;
    try {
      return {
        ...known,
        egress: { ...egress, ...(await this.transport.readQdiscs(egress.device)) },
        ingress: ingress && { ...ingress, ...(await this.transport.readQdiscs(ingress.device)) },
      };
    } catch (error) {
      if (isPodlagError(error, 'device-missing')) return undefined;
      throw error;
    }
  }

  async #tidy(tree: QdiscTree, force: boolean): Promise<boolean> {
    const memory = this.#memory.get(tree.device);
    let look = memory?.known === tree ? await this.#lookAgain(memory) : await this.#look(tree);
    for (let step = 1; step <= tidySteps; step += 1) {
      const { operations, waiting } = planTidy(tree, look.observed, force);
      if (operations.length === 0) return !waiting;
      this.#memory.delete(tree.device);
      this.#forget(operations);
      const failures = await this.#run(operations);
      const failure = failures.find(({ operation }) => operation.kind !== 'table');
      if (failure) throw failure.error;
      // A table is still held by the filter that led to it a moment ago.
      if (failures.length > 0) await setTimeout(graceMs);
      const refused = new Set(failures.map(({ operation }) => operation));
      look = await this.#readBack(
        operations.filter((one) => !refused.has(one)),
        look,
      );
      if (look.known) this.#memory.set(tree.device, look);
    }
    return false;
  }

  async #planSettings(): Promise<PlanSettings> {
    const { netem, timeStepNanoseconds } = await this.capabilities();
    return {
      takeOverRoot: this.#settings.takeOverRoot,
      netem: netem.available,
      timeToleranceSeconds: timeStepNanoseconds * 1.5e-9,
      applied: this.#applied,
    };
  }
}

interface Outcome {
  readonly observed: ObservedDevice;
  readonly problem: PodlagError | undefined;
}

function isComplete({ tree, netem, ingress, duplicateBesideOthers, kinds }: Capabilities): boolean {
  return [tree, netem, ingress, duplicateBesideOthers, ...Object.values(kinds)].every(
    ({ available }) => available,
  );
}

/** In order, cut where filters follow on qdiscs and classes, or these on filters. */
function parts(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const found: Operation[][] = [];
  let last: boolean | undefined;
  for (const operation of operations) {
    const isFilter = ['table', 'u32', 'pref'].includes(operation.kind);
    if (isFilter === last) found.at(-1)?.push(operation);
    else found.push([operation]);
    last = isFilter;
  }
  return found;
}

function cautionsOf({ device, ingress }: QdiscTree, { hook }: ObservedDevice): readonly string[] {
  return ingress ? redirectCautions(device, hook) : [];
}

function hasLeftovers(tree: QdiscTree, observed: ObservedDevice): boolean {
  const { operations, waiting } = planTidy(tree, observed, true);
  return operations.length > 0 || waiting;
}

function notConfirmed({ device }: QdiscTree, left: readonly Difference[]): PodlagError {
  const found = left
    .slice(0, 5)
    .map(({ what, asked, observed }) => `${what}: asked ${asked}, observed ${observed}`)
    .join('; ');
  const more = left.length > 5 ? `; and ${left.length - 5} more` : '';
  return netemErrors.error('not-confirmed', `${device}: ${found}${more}`);
}
