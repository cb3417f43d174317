import { Ratio } from '@podlag/core';
import type { ObservedNetem } from '../kernel/observed';
import { lineRate } from '../profile/line-rate';
import type { LossModel, Profile, ProfileDelay } from '../profile/profile';
import { queueLimit } from '../profile/queue-limit';
import { tcRate, tcRatio, tcTime } from './tc-command';

/**
 * The words after `netem` that make a leaf do what the profile says, whatever it did before. `was` is the leaf as it
 * is now: a netem change keeps corruption and reordering that it does not mention (sch_netem.c, netem_change), so
 * what has to go is set to zero by name. Delay, loss and duplication are always in the message.
 */
export function netemArguments(profile: Profile, was?: ObservedNetem): readonly string[] {
  const { loss, duplicate, corrupt, reorder, rate, seed } = profile;
  return [
    ...['limit', String(queueLimit(profile))],
    ...delayWords(profile.delay),
    ...lossWords(loss),
    ...(duplicate.ratio.isZero
      ? []
      : ['duplicate', tcRatio(duplicate.ratio), tcRatio(duplicate.correlation)]),
    ...chanceWords('corrupt', corrupt, was?.corrupt !== undefined),
    ...chanceWords('reorder', reorder, was?.reorder !== undefined),
    ...(reorder.ratio.isZero ? [] : ['gap', String(reorder.gap)]),
    ...['rate', tcRate(rate ?? lineRate)],
    // iproute2 6.6 and newer; whether this one knows it is among the capabilities.
    ...(seed === undefined ? [] : ['seed', String(seed)]),
  ];
}

function delayWords({ time, jitter, correlation, shape }: ProfileDelay): readonly string[] {
  if (!shape) return time.isZero ? [] : ['delay', tcTime(time)];
  return ['delay', tcTime(time), tcTime(jitter), tcRatio(correlation), 'distribution', shape.name];
}

/** Correlations are always said: the kernel keeps those that are not mentioned. */
function lossWords(loss: LossModel): readonly string[] {
  switch (loss.kind) {
    case 'random':
      return loss.ratio.isZero ? [] : ['loss', 'random', tcRatio(loss.ratio), tcRatio(loss.correlation)];
    case 'gemodel':
      // tc asks for what is lost in a state (1-h, 1-k); a fault says what gets through.
      return ['loss', 'gemodel', ...[loss.p, loss.r, lost(loss.h), lost(loss.k)].map(tcRatio)];
    case 'state':
      return ['loss', 'state', ...[loss.p13, loss.p31, loss.p32, loss.p23, loss.p14].map(tcRatio)];
  }
}

function lost(through: Ratio): Ratio {
  return Ratio.ofFraction(1 - through.fraction);
}

function chanceWords(
  word: string,
  chance: { readonly ratio: Ratio; readonly correlation: Ratio },
  reset: boolean,
): readonly string[] {
  if (!chance.ratio.isZero) return [word, tcRatio(chance.ratio), tcRatio(chance.correlation)];
  return reset ? [word, '0%', '0%'] : [];
}
