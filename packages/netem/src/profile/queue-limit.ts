import type { Profile } from './profile';

/** What a packet is taken to weigh, in bits: an Ethernet frame's payload. */
const packetBits = 1500 * 8;

/** The line that a pod without a rate is taken to have. */
const assumedBitsPerSecond = 10_000_000_000;

/** Room for what a burst holds beyond the plain product. */
const headroom = 1.5;

/** netem's own default, and the least here: a low rate still has to take a burst of small packets. */
const fewest = 1_000;

/** A queue of small buffers this long holds about 2 GB: what is beyond it belongs to nobody's experiment. */
const most = 1_000_000;

/**
 * How many packets a netem leaf may hold. A delay line holds rate x delay by nature; netem's default of 1,000 packets
 * would let no more than 50,000 packets a second through a delay of 20 ms and lose the rest unasked.
 */
export function queueLimit({ delay, rate }: Profile): number {
  const seconds = (delay.time.nanoseconds + 4 * delay.jitter.nanoseconds) / 1e9;
  const packets = ((rate?.bitsPerSecond ?? assumedBitsPerSecond) * seconds) / packetBits;
  return Math.min(most, Math.max(fewest, Math.ceil(packets * headroom)));
}
