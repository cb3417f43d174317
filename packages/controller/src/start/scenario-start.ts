import type { ScenarioState } from '@podlag/api';
import type { Started } from '../desired/world';

/** What is to be written before anything else is done about a scenario; undefined where nothing is. */
export interface StartChange {
  readonly started: Started;
}

/** What a start goes by. */
export interface StartMoment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How much later than now a scenario starts, in milliseconds. */
  readonly leadMs: number;
  /** How long it takes, in milliseconds; undefined: until it is aborted. */
  readonly lengthMs?: number | undefined;
}

/**
 * When a scenario starts, halts and goes on. The start is a little later than now, so that it reaches every agent first and
 * all begin together. It goes on at once: with a lead the agents would play what was before the pause again. One that is over
 * is halted no more.
 */
export function startChange(
  state: ScenarioState,
  present: Started | undefined,
  { now, leadMs, lengthMs = Infinity }: StartMoment,
): StartChange | undefined {
  if (state === 'Running') {
    if (present === undefined) return { started: { startTime: now + leadMs } };
    return present.position === undefined ? undefined : { started: resumed(present.position, now, leadMs) };
  }
  if (state !== 'Paused' || present === undefined || present.position !== undefined) return undefined;
  const position = Math.max(0, now - present.startTime);
  return position >= lengthMs ? undefined : { started: { ...present, position } };
}

/** One that was paused before it began has nothing that could be played again. */
function resumed(position: number, now: number, leadMs: number): Started {
  return { startTime: position === 0 ? now + leadMs : now - position };
}

/** 2 s, and 2 ms for each agent that has to hear of it. */
export function leadMsFor(agents: number): number {
  return 2_000 + 2 * agents;
}
