import { Duration } from '@podlag/core';
import type { Profile } from '@podlag/netem';
import { lossExtent } from './loss-extent';

/** How much longer something takes for the faults; `never` where no packet gets through. */
export type AddedTime = { readonly least: string; readonly most: string } | 'never';

/** Added to what the network itself takes; for TCP also to what takes several round trips. */
export interface ExpectedTimes {
  readonly roundTrip: AddedTime;
  readonly tcpConnect?: AddedTime;
  /** TLS 1.3, RFC 8446 section 2: one round trip more. */
  readonly tlsHandshake?: AddedTime;
  /** The first byte of an answer over TLS. */
  readonly httpAnswer?: AddedTime;
  /** What also makes it longer, and is not in these times. */
  readonly without: readonly Uncounted[];
}

/** How long these take depends on sizes, and on who sends again and when. */
const uncounted = ['loss', 'corrupt', 'rate'] as const;
type Uncounted = (typeof uncounted)[number];

interface Range {
  readonly leastNs: number;
  readonly mostNs: number;
}

/** What the delays of both ways add up to. */
export function expectedTimes(profiles: readonly (Profile | undefined)[], protocol: string): ExpectedTimes {
  const after = (roundTrips: number): AddedTime => addedTime(profiles, roundTrips);
  const roundTrip = after(1);
  const without = uncounted.filter((effect) =>
    profiles.some((profile) => profile !== undefined && has(profile, effect)),
  );
  if (protocol !== 'tcp') return { roundTrip, without };
  return { roundTrip, tcpConnect: after(1), tlsHandshake: after(2), httpAnswer: after(3), without };
}

function has({ loss, corrupt, rate }: Profile, effect: Uncounted): boolean {
  if (effect === 'rate') return rate !== undefined;
  if (effect === 'corrupt') return !corrupt.ratio.isZero;
  return lossExtent(loss) !== 'none';
}

function addedTime(profiles: readonly (Profile | undefined)[], roundTrips: number): AddedTime {
  if (profiles.some((profile) => profile !== undefined && losesAll(profile))) return 'never';
  const ranges = profiles.flatMap((profile) => (profile ? [delayRange(profile)] : []));
  const sum = (field: keyof Range): number =>
    ranges.reduce((total, range) => total + range[field], 0) * roundTrips;
  const [least, most] = [sum('leastNs'), sum('mostNs')];
  if (least === most) return { least: printed(least), most: printed(most) };
  return { least: printed(rounded(least)), most: printed(rounded(most)) };
}

/** The ends of a distribution are those of a table of 4,096 steps: more digits would say nothing. */
function rounded(nanoseconds: number): number {
  return Number(nanoseconds.toPrecision(4));
}

function printed(nanoseconds: number): string {
  return Duration.ofNanoseconds(Math.round(nanoseconds)).toString();
}

function losesAll({ loss }: Profile): boolean {
  return lossExtent(loss) === 'all';
}

/** A packet cannot leave before it came, however far the distribution reaches; one that is reordered leaves at once. */
function delayRange({ delay: { time, jitter, shape }, reorder }: Profile): Range {
  const quantiles = shape?.quantiles ?? [];
  const [first = -1, last = 1] = [quantiles[0], quantiles.at(-1)];
  const leastNs = Math.max(0, time.nanoseconds + first * jitter.nanoseconds);
  return {
    leastNs: reorder.ratio.isZero ? leastNs : 0,
    mostNs: time.nanoseconds + last * jitter.nanoseconds,
  };
}
