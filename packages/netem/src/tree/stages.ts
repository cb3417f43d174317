import { Duration, Ratio } from '@podlag/core';
import { greatestDelay, leastDelay } from '../profile/delay-bounds';
import type { Profile } from '../profile/profile';
import { freeMinors } from './make-tree';
import { passMinor, type QdiscTree, type ShapedClass, type Side } from './qdisc-tree';
import { crossRules } from './rule-set';

/**
 * How long after its time the kernel may still send a packet, in milliseconds. The timer's work is put off to a thread
 * (ksoftirqd) when there is much of it, and who changes the tree may run before that.
 */
const latenessMs = 4;

/** A tree, and how long it has to stand before the next stage, in milliseconds; 0 for the last. */
export interface Stage {
  readonly tree: QdiscTree;
  readonly holdMs: number;
}

/** Packets that go from one class to a faster one, by way of a class of their own. */
interface Move {
  readonly from: ShapedClass;
  /** Undefined: to no class, they will meet nothing. */
  readonly to: ShapedClass | undefined;
  readonly minor: number;
}

/** The two stages of one direction before the last. */
interface StagedSide {
  readonly slow: Side | undefined;
  readonly fast: Side | undefined;
  readonly holdMs: number;
}

/**
 * A change in which no packet overtakes one that is already on its way. A packet that goes to a class with less delay
 * would pass those that wait in the old one. So those packets first go to a class of their own with the old delay, and
 * there they stay until the old leaf has no more of them. Then the numbers of that class change to the new ones: within
 * one leaf netem keeps the line (it has a rate, always). When the line is as short as the new delay, they go to the class
 * where they belong. Packets whose delay does not get lower go there at once.
 *
 * A queue that waits for its rate and not for its delay is not waited for.
 *
 * @param next made by `makeTree` with `previous`
 */
export function stages(previous: QdiscTree, next: QdiscTree): readonly Stage[] {
  const egress = stagedSide(previous.egress, next.egress);
  const ingress = stagedSide(previous.ingress, next.ingress);
  const holdMs = Math.max(egress.holdMs, ingress.holdMs);
  const last: Stage = { tree: next, holdMs: 0 };
  if (holdMs === 0) return [last];
  return [
    { tree: { ...next, egress: egress.slow, ingress: ingress.slow }, holdMs },
    { tree: { ...next, egress: egress.fast, ingress: ingress.fast }, holdMs },
    last,
  ];
}

function stagedSide(previous: Side | undefined, next: Side | undefined): StagedSide {
  const moves = new Moves(previous, next);
  const rules = crossRules(rulesOf(previous), rulesOf(next), (from, to) => moves.minorFor(from, to));
  const found = moves.all;
  if (found.length === 0) return { slow: next, fast: next, holdMs: 0 };
  const side = (classOf: (move: Move) => ShapedClass): Side => ({
    classes: [...(next?.classes ?? []), ...found.map(classOf)].sort((one, other) => one.minor - other.minor),
    rules,
  });
  const holdNanoseconds = Math.max(...found.map(({ from }) => greatestDelay(from.profile)));
  return {
    slow: side(({ from, minor }) => ({ ...from, minor })),
    fast: side(({ from, to, minor }) => ({ ...(to ?? undelayed(from)), minor })),
    holdMs: Math.ceil(holdNanoseconds / 1e6) + latenessMs,
  };
}

function rulesOf(side: Side | undefined): Side['rules'] {
  return side?.rules ?? { blocks: [], everybody: passMinor };
}

/** The class stands a little longer: its line has to get empty in order. */
function undelayed({ profile, ...rest }: ShapedClass): ShapedClass {
  const none: Profile['delay'] = {
    time: Duration.zero,
    jitter: Duration.zero,
    correlation: Ratio.zero,
    shape: undefined,
  };
  // Nothing is reordered where nothing is delayed; netem refuses it.
  return {
    ...rest,
    profile: { ...profile, delay: none, reorder: { ratio: Ratio.zero, correlation: Ratio.zero, gap: 0 } },
  };
}

/** Gives each pair of classes between which packets get faster a class of its own. */
class Moves {
  readonly #from: ReadonlyMap<number, ShapedClass>;
  readonly #to: ReadonlyMap<number, ShapedClass>;
  readonly #free: () => number;
  readonly #moves = new Map<string, Move>();

  constructor(previous: Side | undefined, next: Side | undefined) {
    const byMinor = (side: Side | undefined): ReadonlyMap<number, ShapedClass> =>
      new Map(side?.classes.map((shaped) => [shaped.minor, shaped]));
    this.#from = byMinor(previous);
    this.#to = byMinor(next);
    this.#free = freeMinors(new Set([...this.#from.keys(), ...this.#to.keys()]));
  }

  get all(): readonly Move[] {
    return [...this.#moves.values()];
  }

  /** Where packets go until the last stage. */
  minorFor(from: number, to: number): number {
    const slow = this.#from.get(from);
    const fast = this.#to.get(to);
    if (from === to || slow === undefined || !canOvertake(slow, fast)) return to;
    const key = `${from} ${to}`;
    const move = this.#moves.get(key) ?? { from: slow, to: fast, minor: this.#free() };
    this.#moves.set(key, move);
    return move.minor;
  }
}

function canOvertake(slow: ShapedClass, fast: ShapedClass | undefined): boolean {
  return greatestDelay(slow.profile) > (fast === undefined ? 0 : leastDelay(fast.profile));
}
