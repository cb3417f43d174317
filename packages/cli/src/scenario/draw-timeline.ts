import type { PlannedState } from '@podlag/core';
import { textTable } from '@podlag/core';
import { printElapsed, type Timeline } from './timeline';

/** Where a scenario is. */
export interface Position {
  /** Pending, Running, Paused, ...: what is said above the timeline. */
  readonly phase: string;
  /** Since the start, in milliseconds; undefined before it. */
  readonly elapsedMs: number | undefined;
  /** Why nothing of it is in force, while that is so. */
  readonly problem?: string;
}

/** The bars: the rest of the line, as long as that is within bounds. */
const mostBarColumns = 48;
const leastBarColumns = 8;

const marks = { inForce: '━', idle: '·', cursor: '┃' } as const;

const words: Readonly<Record<PlannedState['state'], string>> = {
  'in-force': 'in force',
  waiting: 'waiting',
  ended: 'ended',
  expired: 'expired',
};

/**
 * The timeline as lines for a terminal: one of heading, then one for each step with its hours from left to right and a
 * cursor at the present. None is longer than the terminal is wide: one that wraps would be two.
 *
 * @param columns of the terminal
 */
export function drawTimeline(
  timeline: Timeline,
  { phase, elapsedMs, problem }: Position,
  columns: number,
): readonly string[] {
  const { name, steps, lengthMs, ends } = timeline;
  const now = timeline.statesAt(elapsedMs ?? -1);
  const length = `${printElapsed(lengthMs)}${ends ? '' : '…'}`;
  const heading = `${name}: ${phase}, ${elapsedMs === undefined ? 'not begun' : printElapsed(elapsedMs)} of ${length}`;
  const bars = barsOf(timeline, elapsedMs, barColumns(steps, columns));
  const rows = steps.map((step, index) => ({ step, bar: bars[index] ?? '', state: now[index]?.state }));
  const table = textTable(
    [
      { heading: 'STEP', text: ({ step }) => step.name },
      { heading: 'WHAT', text: ({ step }) => step.what },
      { heading: '', text: ({ bar }) => bar },
      { heading: 'NOW', text: ({ state }) => (state === undefined ? '' : words[state]) },
    ],
    rows,
  );
  const lines = [heading, ...table.trimEnd().split('\n'), ...(problem === undefined ? [] : [problem])];
  return lines.map((line) => cut(line, columns));
}

/** What names, words and the gaps between them leave. */
function barColumns(steps: Timeline['steps'], columns: number): number {
  const texts = [...steps, { name: 'STEP', what: 'WHAT' }];
  const widest = (lengths: readonly number[]): number => Math.max(...lengths);
  const taken =
    widest(texts.map(({ name }) => name.length)) +
    widest(texts.map(({ what }) => what.length)) +
    widest(Object.values(words).map(({ length }) => length)) +
    3 * gapColumns;
  return Math.min(mostBarColumns, Math.max(leastBarColumns, columns - taken));
}

/** Of textTable. */
const gapColumns = 2;

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}

/** Each cell shows whether the step is in force at some time of what the cell stands for: the shortest is seen, too. */
function barsOf(
  { statesAt, steps, lengthMs }: Timeline,
  elapsedMs: number | undefined,
  width: number,
): string[] {
  const cellMs = lengthMs / width;
  const cells = Array.from({ length: width }, (_, index) => inForceWithin(statesAt, index * cellMs, cellMs));
  const at = elapsedMs === undefined ? -1 : Math.min(width - 1, Math.floor(elapsedMs / cellMs));
  return steps.map((_, step) =>
    cells
      .map((cell, index) => {
        if (index === at) return marks.cursor;
        return cell[step] === true ? marks.inForce : marks.idle;
      })
      .join(''),
  );
}

function inForceWithin(statesAt: Timeline['statesAt'], fromMs: number, spanMs: number): readonly boolean[] {
  return statesAt(fromMs).map(
    ({ state, changesAt }) =>
      state === 'in-force' || (state === 'waiting' && changesAt !== undefined && changesAt < fromMs + spanMs),
  );
}

/** What is to be said when one moment follows another, a line for each change; for an output that is no terminal. */
export function changesBetween(
  before: readonly PlannedState[],
  after: readonly PlannedState[],
  elapsedMs: number,
): readonly string[] {
  return after
    .filter(({ state }, index) => before[index]?.state !== state)
    .map(({ name, state }) => `+${printElapsed(elapsedMs)} ${name}: ${words[state]}`);
}
