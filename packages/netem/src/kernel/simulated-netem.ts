import { lineRate } from '../profile/line-rate';
import type { Profile, ProfileChance } from '../profile/profile';
import { queueLimit } from '../profile/queue-limit';
import { lossChances } from './leaf-fields';
import type { ObservedChance, ObservedLoss, ObservedNetem } from './observed';

/** What a kernel shows of a leaf that was given this profile. */
export function netemOf(profile: Profile): ObservedNetem {
  const { delay, duplicate, corrupt, reorder, rate, seed } = profile;
  return {
    limit: queueLimit(profile),
    delaySeconds: delay.time.nanoseconds / 1e9,
    jitterSeconds: delay.jitter.nanoseconds / 1e9,
    delayCorrelation: delay.correlation.fraction,
    loss: lossOf(profile.loss),
    duplicate: chanceOf(duplicate),
    corrupt: chanceOf(corrupt),
    reorder: chanceOf(reorder),
    gap: reorder.gap,
    rateBytesPerSecond: Math.floor((rate ?? lineRate).bitsPerSecond / 8),
    seed: BigInt(seed ?? 0),
  };
}

function lossOf(loss: Profile['loss']): ObservedLoss | undefined {
  if (loss.kind !== 'random') return { kind: loss.kind, chances: lossChances(loss) };
  const random = chanceOf(loss);
  return random && { kind: 'random', ...random };
}

function chanceOf({ ratio, correlation }: ProfileChance): ObservedChance | undefined {
  return ratio.isZero ? undefined : { ratio: ratio.fraction, correlation: correlation.fraction };
}
