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
import { faultsOf, noFaults, withFault, type FaultSet } from './fault-set';

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

/** A set and its tree. */
export interface PossiblePart {
  readonly faults: FaultSet;
  readonly tree: QdiscTree;
}

/** To wait does not help: the set itself is what is wrong. */
const refusals: ReadonlySet<string> = new Set([
  'not-composable',
  'not-supported',
  'duplicate-restricted',
  'too-many-filters',
]);

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
   * cannot be in force with those before it is left out.
   *
   * @throws PodlagError of `netemErrors` where it is not the set that is in the way
   */
  async possiblePart(faults: FaultSet, previous: QdiscTree): Promise<PossiblePart> {
    try {
      return { faults, tree: await this.possibleTree(faults, previous) };
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    let part: PossiblePart = { faults: noFaults, tree: this.treeOf(noFaults, previous) };
    for (const [name, held] of faults) {
      const more = withFault(part.faults, held);
      try {
        part = { faults: more, tree: await this.possibleTree(more, previous) };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.parts.logger.error(
          { fault: name, code: error.code },
          `${name} is not in force any more: ${error.toText()}`,
        );
      }
    }
    return part;
  }

  /** The same, where it can be done here. @throws PodlagError of `netemErrors` */
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

  async apply(tree: QdiscTree): Promise<Applied> {
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
      logger.info(
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
