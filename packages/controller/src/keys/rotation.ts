import type { KeyRing } from '@podlag/access';

/** Agents that are not reached within this go without the new key: they get it when they are reached. In milliseconds. */
export const longestWaitMs = 3_600_000;
/** A token of the old key that was signed last is valid for so long, and a little. In milliseconds. */
export const lastTokenMs = 10 * 60_000;
/**
 * A pod that was made before the new key was published knows the old one alone, and may be reached long after: its images
 * are pulled, it waits for a node. So long the old key is kept for it, or until the next rotation, in milliseconds.
 */
export const stragglersMs = 24 * 3_600_000;

/** What decides about a rotation, in milliseconds since the epoch. */
export interface RotationState {
  readonly now: number;
  /** A key that signs is replaced at this age, in milliseconds. */
  readonly keyLifeMs: number;
  /** Whether every agent that answers has all keys of the ring. */
  readonly isEverywhere: boolean;
  /** Since when the first key signs, as far as this controller knows. */
  readonly signingSince: number;
}

/** What is next for a ring: undefined when it is to stay as it is. */
export function rotated(ring: KeyRing, state: RotationState): KeyRing | undefined {
  const { now, keyLifeMs, isEverywhere, signingSince } = state;
  const [signing] = ring.keys;
  if (signing === undefined) return undefined;
  if (ring.hasNext) {
    const newest = Math.max(...ring.keys.map(({ created }) => created.getTime()));
    return isEverywhere || now - newest >= longestWaitMs ? ring.promoted() : undefined;
  }
  const age = now - signing.created.getTime();
  if (ring.keys.length > 1) {
    const isOver = now - signingSince >= lastTokenMs && age >= Math.min(stragglersMs, keyLifeMs);
    return isOver ? ring.pruned() : undefined;
  }
  return age >= keyLifeMs ? ring.withNext(new Date(now)) : undefined;
}
