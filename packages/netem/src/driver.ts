import type { Capabilities } from './capabilities';
import type { Difference } from './kernel/differences';
import type { ObservedDevice } from './kernel/observed';
import type { QdiscTree } from './tree/qdisc-tree';

/** What a change did. */
export interface Applied {
  /** In the order in which the kernel took them; empty when everything was right already. */
  readonly commands: readonly string[];
  /** The one that shaped or freed packets; undefined when none was needed. */
  readonly decisive: string | undefined;
  /** The kernel after the change. */
  readonly observed: ObservedDevice;
  /** Something stands that the tree does not need any more and that may hold packets: `tidy` has work. */
  readonly leftovers: boolean;
}

/** The kernel beside what is asked of it. */
export interface Reading {
  readonly observed: ObservedDevice;
  readonly differences: readonly Difference[];
  /** What others have there that may keep packets from the tree, one sentence each: no mistake, and left as it is. */
  readonly cautions: readonly string[];
}

/**
 * Brings a device's qdiscs to a tree and reads them back.
 *
 * - `apply` resolves only when what it changed has been read back and is as asked. It plans from what the kernel has,
 *   so it also repairs; with many filters from what it had when last read, and from the kernel itself as soon as
 *   anything is not as expected. Called twice with the same tree, the second call changes nothing. From the first
 *   command to the last every packet gets either what it got before or what it gets afterwards, and none is lost by
 *   the change itself, but for the moment in which a root qdisc comes or goes: the kernel replaces it with one that drops.
 * - `apply` of a tree without sides stops the shaping at once. What is still queued arrives when it is due; `tidy` takes
 *   away what is left standing, here as for single classes.
 * - Calls must not overlap; the caller queues.
 */
export interface QdiscDriver {
  /** @throws PodlagError of `netemErrors` */
  apply(tree: QdiscTree): Promise<Applied>;
  /** The commands that `apply` would run now, as tc would be told them; nothing is changed. */
  preview(tree: QdiscTree): Promise<readonly string[]>;
  /** The whole of the kernel's state, never a memory of it. */
  read(tree: QdiscTree): Promise<Reading>;
  /**
   * Removes what the tree does not need and what holds no packet any more; with `force` also what does. Resolves to true
   * when nothing is left to remove. After the last fault the device is as it was found.
   */
  tidy(tree: QdiscTree, force: boolean): Promise<boolean>;
  /**
   * What the kernel and the tools can do here, found out by trying, once. `again`: what was missing is looked for once
   * more, since the hint may have been followed meanwhile.
   */
  capabilities(again?: boolean): Promise<Capabilities>;
  close(): void;
}
