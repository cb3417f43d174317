import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPodlagError, type Logger, type PodlagError } from '@podlag/core';
import {
  assertFeasible,
  assertSupported,
  makeTree,
  type Applied,
  type Capabilities,
  type Exemption,
  type QdiscDriver,
  type QdiscTree,
} from '@podlag/netem';
import { indexInSysfs, readDevice, type DeviceReading, type IndexOf } from './device-reading';
import { noneLeftOut, type LeftOut } from './change';
import { faultsOf, noFaults, type FaultSet, type HeldFault } from './fault-set';

export interface ShapedDeviceParts {
  readonly device: string;
  readonly exemptions: readonly Exemption[];
  readonly driver: QdiscDriver;
  readonly logger: Logger;
  /** Told of each change that was tried. `result` is `ok` or the code of the error. */
  readonly applied: (result: string, seconds: number) => void;
  /** Default: as sysfs tells it. */
  readonly indexOf?: IndexOf;
}

/** What of a set can be done, and its tree. */
export interface PossiblePart {
  readonly faults: FaultSet;
  readonly tree: QdiscTree;
  /** Those that cannot be in force with the rest. */
  readonly leftOut: LeftOut;
}

interface Within {
  readonly capabilities: Capabilities;
  readonly previous: QdiscTree;
}

/** To wait does not help: the set itself is what is wrong. */
const refusals: ReadonlySet<string> = new Set([
  'not-composable',
  'not-supported',
  'duplicate-restricted',
  'too-many-filters',
]);

/** What the node or the container lacks. Those who wait for a plan are told of it with the plan. */
const lacks: ReadonlySet<string> = new Set(['netem-missing', 'kernel-lacks', 'no-permission']);

/** As many commands as a line of the log has room for. */
const mostLogged = 20;

/** The device as faults want it: from a set of them to a tree, and from the tree to the kernel. */
export class ShapedDevice {
  #shapedIndex: number | undefined;
  #isOwed = false;

  constructor(private readonly parts: ShapedDeviceParts) {}

  /** The device was missing at a change, and may come back with what it had before. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** A change was made without the device. Until the next one that it takes, it is owed. */
  owe(): void {
    this.#isOwed = true;
  }

  /** `previous`: what is in force, whose classes go on where they can. */
  treeOf(faults: FaultSet, previous: QdiscTree | undefined): QdiscTree {
    const { device, exemptions } = this.parts;
    return makeTree({ device, exemptions, faults: faultsOf(faults), previous });
  }

  /** The same, and that of no faults where a set has none. */
  treeOfAny(faults: FaultSet, previous: QdiscTree | undefined): QdiscTree {
    try {
      return this.treeOf(faults, previous);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return this.treeOf(noFaults, previous);
    }
  }

  /**
   * The set where it can be done here. Where it is refused, its faults are taken in one after the other, and each that
   * cannot be in force with those before it is left out. A tree is not made for each: what goes with all before it goes
   * in one piece, so that few that are refused among many cost a handful of trees.
   *
   * @throws PodlagError of `netemErrors` where it is not the set that is in the way
   */
  async possiblePart(faults: FaultSet, previous: QdiscTree): Promise<PossiblePart> {
    try {
      return { faults, tree: await this.possibleTree(faults, previous), leftOut: noneLeftOut };
    } catch (error) {
      if (![...faults.values()].some((held) => isLeftOut(held, error))) throw error;
    }
    // Just looked for anew; now for each fault the same.
    const capabilities = await this.parts.driver.capabilities();
    const nothing = { faults: noFaults, tree: this.treeOf(noFaults, previous), leftOut: noneLeftOut };
    return this.#inHalves(nothing, [...faults.values()], { capabilities, previous });
  }

  /** What a fault is refused for goes on being so with others beside it: where a piece is taken, each of its faults would be. */
  async #takenIn(part: PossiblePart, piece: readonly HeldFault[], within: Within): Promise<PossiblePart> {
    const [first] = piece;
    if (first === undefined) return part;
    // Between two trees others have a turn: who asks whether the agent lives is not to wait for all of them.
    await nextTurn();
    const more = new Map([...part.faults, ...piece.map((held) => [held.fault.name, held] as const)]);
    try {
      return { ...part, faults: more, tree: this.#treeWithin(within.capabilities, more, within.previous) };
    } catch (error) {
      if (piece.length === 1 && isLeftOut(first, error)) return this.#without(part, first, error);
      if (piece.length === 1 || !piece.some((held) => isLeftOut(held, error))) throw error;
    }
    return this.#inHalves(part, piece, within);
  }

  async #inHalves(part: PossiblePart, piece: readonly HeldFault[], within: Within): Promise<PossiblePart> {
    const half = Math.ceil(piece.length / 2);
    const taken = await this.#takenIn(part, piece.slice(0, half), within);
    return this.#takenIn(taken, piece.slice(half), within);
  }

  #without(part: PossiblePart, { fault: { name }, plan }: HeldFault, error: PodlagError): PossiblePart {
    if (plan === undefined) this.#reportLeftOut(name, error);
    return { ...part, leftOut: new Map(part.leftOut).set(name, error) };
  }

  #reportLeftOut(fault: string, error: PodlagError): void {
    this.parts.logger.error(
      { fault, code: error.code },
      `${fault} is not in force any more: ${error.toText()}`,
    );
  }

  /** The tree, where it can be done here. @throws PodlagError of `netemErrors` */
  async possibleTree(faults: FaultSet, previous: QdiscTree): Promise<QdiscTree> {
    if (faults.size === 0) return this.treeOf(faults, previous);
    const { driver } = this.parts;
    try {
      return this.#treeWithin(await driver.capabilities(), faults, previous);
    } catch (error) {
      if (!isPodlagError(error)) throw error;
      // The hint of an earlier refusal may have been followed. To look for what is missing takes a quarter of a second,
      // and something is missing on most nodes: so only when it is asked for.
      return this.#treeWithin(await driver.capabilities(true), faults, previous);
    }
  }

  #treeWithin(capabilities: Capabilities, faults: FaultSet, previous: QdiscTree): QdiscTree {
    for (const fault of faultsOf(faults)) assertSupported(fault, capabilities);
    const tree = this.treeOf(faults, previous);
    assertFeasible(tree, faultsOf(faults), capabilities);
    return tree;
  }

  /** @param isRoutine told at debug rather than info */
  async apply(tree: QdiscTree, isRoutine = false): Promise<Applied> {
    const { driver, logger, applied: report } = this.parts;
    const start = performance.now();
    try {
      const applied = await driver.apply(tree);
      this.#shapedIndex = this.#index();
      this.#isOwed = false;
      const milliseconds = performance.now() - start;
      report('ok', milliseconds / 1000);
      const { commands } = applied;
      const ms = Math.round(milliseconds * 100) / 100;
      logger[isRoutine ? 'debug' : 'info'](
        { commands: commands.slice(0, mostLogged), count: commands.length, ms },
        'kernel confirmed',
      );
      return applied;
    } catch (error) {
      report(isPodlagError(error) ? error.code : 'internal', (performance.now() - start) / 1000);
      throw error;
    }
  }

  preview(tree: QdiscTree): Promise<readonly string[]> {
    return this.parts.driver.preview(tree);
  }

  read(tree: QdiscTree): Promise<DeviceReading> {
    const index = this.#index();
    const isNew = this.#shapedIndex !== undefined && index !== undefined && index !== this.#shapedIndex;
    return readDevice(this.parts.driver, tree, isNew);
  }

  #index(): number | undefined {
    const { device, indexOf = indexInSysfs } = this.parts;
    return indexOf(device);
  }

  tidy(tree: QdiscTree, force: boolean): Promise<boolean> {
    return this.parts.driver.tidy(tree, force);
  }

  close(): void {
    this.parts.driver.close();
  }
}

function isRefusal(error: unknown): error is PodlagError {
  return isPodlagError(error) && refusals.has(error.code);
}

/** Whether the rest of the set can do without this fault, for which nobody is there who could ask for less. */
function isLeftOut({ plan }: HeldFault, error: unknown): error is PodlagError {
  return isRefusal(error) || (plan !== undefined && isPodlagError(error) && lacks.has(error.code));
}
