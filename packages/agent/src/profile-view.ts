import { namedDistributions } from '@podlag/core';
import type { Profile } from '@podlag/netem';

/** What happens to a packet, in the words of a fault; what does not happen is left out. */
export function profileBody({ delay, loss, duplicate, corrupt, reorder, rate, seed }: Profile): unknown {
  const happens = <T extends { readonly ratio: { readonly isZero: boolean } }>(chance: T): T | undefined =>
    chance.ratio.isZero ? undefined : chance;
  return {
    delay: delay.time.isZero && delay.jitter.isZero ? undefined : delayBody(delay),
    loss: lossBody(loss),
    duplicate: happens(duplicate),
    corrupt: happens(corrupt),
    reorder: happens(reorder),
    rate,
    seed,
  };
}

function lossBody({ kind, ...model }: Profile['loss']): unknown {
  if (kind !== 'random') return { [kind]: model };
  return 'ratio' in model && model.ratio.isZero ? undefined : model;
}

function delayBody({ time, jitter, correlation, shape }: Profile['delay']): unknown {
  if (jitter.isZero) return { time };
  return { time, jitter, correlation, distribution: shape && distributionOf(shape) };
}

/** As finely as a fault has it: netem's own numbers are no finer than 1/8192 of the jitter. */
const fineness = 10_000;

function distributionOf({ name, quantiles }: NonNullable<Profile['delay']['shape']>): unknown {
  const named = namedDistributions.find((known) => known === name);
  return named ?? { table: quantiles.map(rounded) };
}

/** Toward 0: a table ends at -4 and 3.9998. */
function rounded(quantile: number): number {
  return Math.trunc(quantile * fineness) / fineness;
}
