import { Rate } from '@podlag/core';

/**
 * What a netem leaf has where no rate is asked for. With a rate netem sends each packet after the one before it, whatever
 * their delays: the queue becomes a line, and neither jitter nor a lowered delay lets a packet overtake. At 1 tbit a full
 * frame takes 12 ns, which nobody can see.
 */
export const lineRate = Rate.parse('1tbit');
