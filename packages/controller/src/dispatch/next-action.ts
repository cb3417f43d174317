import type { ClockOffset } from '@podlag/client';
import type { Held } from './held-plan';
import type { PlanContent } from './plan-content';

/** What is asked of an agent in one go; `keep` renews what another leader has left. */
export type Action = 'put' | 'renew' | 'measure' | 'ask' | 'delete' | 'keep';

/** A start is told to an agent by a clock that is known to so many milliseconds, if as many questions can bring that about. */
const wantedUncertaintyMs = 5;
const mostMeasurements = 3;

/** How far one agent is from what is wanted of it. */
export interface Standing {
  readonly wanted: PlanContent;
  readonly held: Held;
  /** Whether what another leader has left is renewed as it is, for it is not known yet what is wanted. */
  readonly isOnHold: boolean;
  /** Whether that was done once. */
  readonly isKept: boolean;
  readonly isRenewalDue: boolean;
  /** False while nobody can tell who leads: what agents hold is renewed then, and nothing is changed. */
  readonly mayChange: boolean;
  readonly offset: ClockOffset;
  /** How often its clock was asked for since there is something new to be done by it. */
  readonly measurements: number;
}

/** The next thing to ask of it; undefined where there is none before the next renewal. */
export function nextAction(standing: Standing): Action | undefined {
  const { held, isOnHold, mayChange, isKept, isRenewalDue } = standing;
  if (held.kind === 'unknown' && isOnHold) return !isKept || isRenewalDue ? 'keep' : undefined;
  const action = wantedAction(standing);
  if ((action !== 'put' && action !== 'delete') || mayChange) return action;
  return action === 'put' && held.kind === 'plan' ? renewal(standing) : undefined;
}

function wantedAction(standing: Standing): Action | undefined {
  const { held, wanted } = standing;
  if (wanted.faults.length === 0) {
    if (held.kind === 'none') return undefined;
    return held.kind === 'unknown' ? 'ask' : 'delete';
  }
  if (held.kind !== 'plan' || held.content.hash !== wanted.hash) return 'put';
  return wanted.isTimed ? timedAction(standing, held.shiftMs) : renewal(standing);
}

function timedAction(standing: Standing, heldShiftMs: number): Action | undefined {
  const { offset, measurements } = standing;
  if (heldShiftMs !== offset.shiftMs) return 'put';
  const isWellKnown = (offset.uncertaintyMs ?? Infinity) <= wantedUncertaintyMs;
  return isWellKnown || measurements >= mostMeasurements ? renewal(standing) : 'measure';
}

function renewal({ isRenewalDue }: Standing): Action | undefined {
  return isRenewalDue ? 'renew' : undefined;
}
