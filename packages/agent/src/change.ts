import type { PodlagError } from '@podlag/core';
import type { QdiscTree } from '@podlag/netem';
import type { FaultSet } from './fault-set';

/** From set to set. @throws PodlagError when it cannot be made; nothing has changed then */
export type Step = (faults: FaultSet, now: number) => FaultSet;

/** What a change did, over all of its stages. */
export interface Changed {
  /** In the order in which the kernel took them; empty when everything was right already. */
  readonly commands: readonly string[];
  /** What was in force before. */
  readonly from: QdiscTree;
  /** What is in force when its last stage is. */
  readonly to: QdiscTree;
}

/** Faults that are not in force although they were asked for, by name, each with its reason. */
export type LeftOut = ReadonlyMap<string, PodlagError>;

export const noneLeftOut: LeftOut = new Map();

export interface ChangeOptions {
  /**
   * True: where a delay gets shorter no packet overtakes another, in stages, with waiting between them. Absent: only
   * while another change is under way like that. False: at once, whatever is under way.
   */
  readonly drain?: boolean | undefined;
  /** What cannot be in force with the rest is left out. Otherwise it is an error. */
  readonly leaveOut?: boolean;
  /** A step that answers the very set that it was given needs nothing of the kernel. Otherwise that is made sure of once more. */
  readonly unlessSame?: boolean;
  /** One of many changes that nobody has just asked for: for the log at debug. Default false. */
  readonly isRoutine?: boolean;
  /** Called when the kernel has it (its first stage), before it is written to the lease and before the next change. */
  readonly confirmed?: (leftOut: LeftOut) => void;
}

/** Told of each change that was made. */
export type ChangeListener = (before: FaultSet, after: FaultSet) => void;
