import type { Capabilities } from './capabilities';
import type { Difference } from './differences';
import type { Observed } from './observed';
import type { QdiscTree } from './qdisc-tree';

/** What a change did. */
export interface Applied {
  /** In the order in which the kernel took them; empty when everything was right already. */
  readonly commands: readonly string[];
  /** The one that shaped or freed packets; undefined when none was needed. */
  readonly decisive: string | undefined;
  /** The kernel after the change. */
  readonly observed: Observed;
}

/** The kernel beside what is asked of it. */
export interface Reading {
  readonly observed: Observed;
  readonly differences: readonly Difference[];
}

/**
 * Brings a device's egress qdiscs to a tree and reads them back.
 *
 * - `apply` resolves only when the kernel has been read back and is as asked. It plans from what the kernel has, not
 *   from what was done before, so it also repairs. Called twice with the same tree, the second call changes nothing.
 *   From the first command to the last no packet is shaped by half, and none is lost by the change itself, but for
 *   the moment in which a root qdisc comes or goes: the kernel replaces it with one that drops.
 * - `apply` of a tree without a profile stops the shaping at once. What is still queued arrives when it is due;
 *   `tidy` takes the empty tree away.
 * - Calls must not overlap; the caller queues.
 */
export interface QdiscDriver {
  /** @throws PodlagError of `netemErrors` */
  apply(tree: QdiscTree): Promise<Applied>;
  /** The commands that `apply` would run now; nothing is changed. */
  preview(tree: QdiscTree): Promise<readonly string[]>;
  read(tree: QdiscTree): Promise<Reading>;
  /** Removes a tree that shapes nothing and holds no packet any more. Resolves to true when none of ours is left. */
  tidy(tree: QdiscTree, force: boolean): Promise<boolean>;
  /**
   * What the kernel and the tools can do here, found out by trying, once. `again`: what was missing is looked for once
   * more, since the hint may have been followed meanwhile.
   */
  capabilities(again?: boolean): Promise<Capabilities>;
  close(): void;
}
