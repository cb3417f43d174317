import type { Profile } from '@podlag/netem';

type LossModel = Profile['loss'];

/** `all`: in the long run nothing gets through. */
export type LossExtent = 'none' | 'some' | 'all';

/** How much a loss model takes once its chain has settled; sch_netem.c begins in the good state, and in state 1. */
export function lossExtent(loss: LossModel): LossExtent {
  if (loss.kind === 'random') return extentOf(loss.ratio.isZero, loss.ratio.fraction === 1);
  return loss.kind === 'gemodel' ? ofTwoStates(loss) : ofFourStates(loss);
}

function ofTwoStates({ p, r, h, k }: LossModel & { readonly kind: 'gemodel' }): LossExtent {
  const entersBad = !p.isZero;
  const staysGood = !entersBad || !r.isZero;
  const losesNothing = k.fraction === 1 && (!entersBad || h.fraction === 1);
  const losesAll = (!staysGood || k.isZero) && (!entersBad || h.isZero);
  return extentOf(losesNothing, losesAll);
}

/** State 3 loses all. State 4 does too, and is left with the next packet, which passes: of it nothing is lost for good. */
function ofFourStates({ p13, p31, p32, p14 }: LossModel & { readonly kind: 'state' }): LossExtent {
  const losesNothing = p13.isZero && p14.isZero;
  const entersLoss = !p13.isZero && p14.fraction < 1;
  return extentOf(losesNothing, entersLoss && p31.isZero && p32.isZero);
}

function extentOf(isNone: boolean, isAll: boolean): LossExtent {
  if (isNone) return 'none';
  return isAll ? 'all' : 'some';
}
