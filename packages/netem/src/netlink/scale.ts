import type { Rate } from '@podlag/core';

/** NLA_F_NESTED of linux/netlink.h: this attribute holds others. */
export const nested = 0x8000;

/** What does not fit 32 bits has an attribute of its own, with 64; the old field then has all its bits set. */
export const widest32 = 0xffff_ffff;

/** The kernel's tick of packet scheduling (PSCHED_SHIFT, net/pkt_sched.h; the second number of /proc/net/psched). */
const tickNanoseconds = 64;

/** A time as a field of 32 bits has it; what is longer is cut. */
export function ticksOf(nanoseconds: number): number {
  return Math.min(Math.floor(nanoseconds / tickNanoseconds), widest32);
}

/** The kernel counts whole bytes a second. */
export function rateBytes({ bitsPerSecond }: Rate): number {
  return Math.floor(bitsPerSecond / 8);
}
