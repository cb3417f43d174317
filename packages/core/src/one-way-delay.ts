import { Duration } from './duration';
import type { Delay, Direction } from './fault';

/** What a packet of one direction waits. */
export interface OneWayDelay {
  readonly time: Duration;
  readonly jitter: Duration;
}

/**
 * The share of a delay that falls on one direction of a fault which has that direction. `time` is there in each. `rtt`
 * is there as a whole where the fault has one direction, and by halves where it has both; an odd nanosecond goes to
 * egress. Jitter is shared as its delay is.
 */
export function oneWayDelay(
  { time, rtt, jitter = Duration.zero }: Delay,
  faultDirection: Direction,
  direction: 'egress' | 'ingress',
): OneWayDelay {
  const whole = rtt ?? time ?? Duration.zero;
  if (rtt === undefined || faultDirection !== 'both') return { time: whole, jitter };
  const round = direction === 'egress' ? Math.ceil : Math.floor;
  const half = ({ nanoseconds }: Duration): Duration => Duration.ofNanoseconds(round(nanoseconds / 2));
  return { time: half(whole), jitter: half(jitter) };
}
