import type { Explanation } from '@podlag/client';
import { effects, parseFault, type Fault } from '@podlag/core';
import { addedDelay, quantile, type AddedDelay, type Span } from './added-delay';

/** What a TCP connect from one pod to another is to meet, all its ways together. */
export interface Asked {
  /** Names of the faults, sorted. */
  readonly faults: readonly string[];
  /** Nothing may get through. */
  readonly never: boolean;
  readonly delay: AddedDelay;
  /** A rate holds a SYN back by at most so much, in milliseconds, if it is alone; 0 without a rate. */
  readonly heldByRateMs: number;
  /** Chance that a SYN or its answer is lost. `in-runs`: its long-run share says little of a few packets. */
  readonly loss: Span | 'in-runs';
}

/** A SYN of Linux with its options, over IPv6, with the Ethernet header that a qdisc counts. */
const synBits = 8 * (14 + 40 + 40);

/**
 * What the agents of both ends say they do: what the source sends and the destination receives, and the answer back. All of
 * it in this order the delay adds up, and each way takes its share of what is left.
 *
 * @param sides one for each end that has an agent
 * @throws PodlagError `invalid-fault` for a profile that this program cannot read
 */
export function askedOf(sides: readonly Explanation[]): Asked {
  const met = sides.flatMap(({ egress, ingress }) => [egress, ingress]).filter((way) => way !== undefined);
  const ways = met.flatMap(({ profile = {} }) =>
    effects.some((effect) => effect in profile) ? [parseFault({ ...profile }, 'profile')] : [],
  );
  return {
    faults: [...new Set(met.flatMap(({ faults }) => faults))].toSorted(),
    never: sides.some(({ expected }) => expected.roundTrip === 'never'),
    delay: addedDelay(ways),
    heldByRateMs: ways.reduce(
      (total, { rate }) => total + (rate === undefined ? 0 : (1_000 * synBits) / rate.bitsPerSecond),
      0,
    ),
    loss: lossOf(ways),
  };
}

/** The longest that an answer may take for what is asked, in milliseconds. */
export function longestMs({ delay, heldByRateMs }: Asked): number {
  return quantile(delay, 1) + heldByRateMs;
}

function lossOf(ways: readonly Fault[]): Span | 'in-runs' {
  if (ways.some(comesInRuns)) return 'in-runs';
  const least = lostOnAny(ways.map(lostShare));
  // Whichever bit of a SYN is turned round, its checksum is wrong; but for those that nobody looks at.
  const most = lostOnAny([
    ...ways.map(lostShare),
    ...ways.map(({ corrupt }) => corrupt?.ratio.fraction ?? 0),
  ]);
  return { least, most };
}

function comesInRuns({ loss, corrupt }: Fault): boolean {
  if (loss !== undefined && !('ratio' in loss)) return true;
  return [loss, corrupt].some((chance) => chance?.correlation !== undefined && !chance.correlation.isZero);
}

function lostShare({ loss, partition }: Fault): number {
  if (partition === true) return 1;
  return loss !== undefined && 'ratio' in loss ? loss.ratio.fraction : 0;
}

/** Chance that at least one of several independent things happens. */
export function lostOnAny(chances: readonly number[]): number {
  return 1 - chances.reduce((passed, chance) => passed * (1 - chance), 1);
}
