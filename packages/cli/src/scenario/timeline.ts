import type { ParsedScenario, ParsedStep, StepAction } from '@podlag/api';
import { Duration, effects, inForce, type Plan, type PlannedState } from '@podlag/core';

/** A step of a scenario, as it is drawn. */
export interface TimelineStep {
  readonly name: string;
  /** In a few words: `fault delay 20ms`, `NetworkFault slow-pd`. */
  readonly what: string;
}

/** A scenario on its axis: 0 is its start. */
export interface Timeline {
  readonly name: string;
  readonly steps: readonly TimelineStep[];
  /** How far the axis reaches, in milliseconds. */
  readonly lengthMs: number;
  /** Whether all of it is over at the axis' end; if not, a step goes on or comes again for ever. */
  readonly ends: boolean;
  /** What the agents' own code says of each step at a time after the start, in milliseconds. */
  readonly statesAt: (elapsedMs: number) => readonly PlannedState[];
}

/** How many times a step that repeats is shown where nothing says when it ends. */
const shownRounds = 3;
/** What a step without an end is shown of, where nothing else gives the axis a length. */
const shownMs = 10_000;

/** The timeline of a scenario. Pure. */
export function timelineOf({ name, steps, duration }: ParsedScenario): Timeline {
  const plan: Plan = {
    name: 'timeline',
    generation: 0,
    faults: steps.map((step) => ({
      // Only its hours are of interest here; any effect will do.
      fault: { name: step.name, partition: true, direction: 'egress' },
      timing: {
        start: 0,
        at: step.at,
        for: step.for,
        every: step.every,
        until: duration,
      },
    })),
  };
  return {
    name,
    steps: steps.map((step) => ({ name: step.name, what: inWords(step) })),
    lengthMs: duration?.milliseconds ?? Math.max(...steps.map(shownEndMs)),
    ends: duration !== undefined || steps.every((step) => step.for !== undefined && step.every === undefined),
    statesAt: (elapsedMs) => inForce(plan, 0, Math.floor(elapsedMs)).states,
  };
}

function shownEndMs({ at, for: length, every }: ParsedStep): number {
  if (every !== undefined) return at.milliseconds + shownRounds * every.milliseconds;
  return at.milliseconds + (length?.milliseconds ?? Math.max(at.milliseconds, shownMs));
}

function inWords({ what, ramp }: ParsedStep): string {
  const ramped = ramp === undefined ? '' : ` ${ramp.of} ${String(ramp.from)}..${String(ramp.to)}`;
  return `${actionInWords(what)}${ramped}`;
}

function actionInWords(action: StepAction): string {
  switch (action.kind) {
    case 'networkFault':
      return `NetworkFault ${action.name}`;
    case 'latencyMatrix':
      return `LatencyMatrix ${action.name}`;
    case 'fault': {
      const { delay } = action.fault.effects;
      const time = delay?.time ?? delay?.rtt;
      const present = effects.filter((effect) => action.fault.effects[effect] !== undefined);
      return present
        .map((effect) => (effect === 'delay' && time ? `delay ${time.toString()}` : effect))
        .join(' ');
    }
  }
}

/** A time after the start, to the tenth of a second. */
export function printElapsed(ms: number): string {
  return Duration.ofNanoseconds(Math.max(0, Math.floor(ms / 100)) * 100_000_000)
    .toString()
    .replace(/^0ms$/, '0s');
}
