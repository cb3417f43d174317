import { median } from '../../../src/demo/verdict';
import type { TimedPing } from './timed-pings';

/** From a time on, in milliseconds after a start, packets are late by so many milliseconds. */
export interface Change {
  readonly atMs: number;
  readonly delayMs: number;
}

/** So far from its time, in milliseconds, a change is looked for; the times of two that follow each other are farther apart. */
const lookMs = 250;
/** So much of what is near a change has to be as it wants it: single answers may be late for another reason. */
const mostly = 0.8;

/**
 * How long after its time each change was seen, in milliseconds; before, where that is negative. It is where most of what
 * came before is as it was and most of what comes after is as it should be, so that other work of a node moves it little.
 * Undefined where it was not seen near its time. Before the first change nothing is late.
 *
 * @param startMs of the changes' times, in milliseconds since the epoch
 */
export function changesSeen(
  pings: readonly TimedPing[],
  startMs: number,
  changes: readonly Change[],
): readonly (number | undefined)[] {
  return changes.map(({ atMs, delayMs }, index) => {
    const beforeMs = changes[index - 1]?.delayMs ?? 0;
    const between = (delayMs + beforeMs) / 2;
    const near = pings.filter(({ sentAt }) => Math.abs(sentAt - startMs - atMs) <= lookMs);
    const isAfter = near.map(({ roundTripMs }) => roundTripMs > between === delayMs > beforeMs);
    // The first place is for what was so all the time, and the last one for what never came.
    const fits = [...near.keys(), near.length].map(
      (place) => isAfter.filter((after, other) => after === other >= place).length / near.length,
    );
    const best = Math.max(...fits);
    const first = near[fits.indexOf(best)];
    return first === near[0] || first === undefined || best < mostly
      ? undefined
      : first.sentAt - startMs - atMs;
  });
}

/** Whether every change was seen within `mostMs` of its time; prints when they were. @param seen of several pods, each as `changesSeen` has it */
export function areOnTime(seen: readonly (readonly (number | undefined)[])[], mostMs: number): boolean {
  for (const times of seen) process.stderr.write(`seen, ms from its time: ${times.map(rounded).join(' ')}\n`);
  return seen.flat().every((ms) => ms !== undefined && Math.abs(ms) <= mostMs);
}

/** By how many milliseconds two pods mostly see a change apart from each other: the median. */
export function apartMs([one = [], other = []]: readonly (readonly (number | undefined)[])[]): number {
  const usual = median(one.map((ms = Infinity, index) => Math.abs(ms - (other[index] ?? Infinity))));
  process.stderr.write(`two pods see a change ${rounded(usual)} ms apart\n`);
  return usual ?? Infinity;
}

const rounded = (ms: number | undefined): string => (ms === undefined ? 'never' : ms.toFixed(1));
