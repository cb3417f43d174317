import type { Distribution, Fault } from '@podlag/core';

/** What the delays of several ways add to a round trip, as a distribution. */
export interface AddedDelay {
  /** Milliseconds, rising: draws at even chances. A single one where each packet has the same delay. */
  readonly draws: readonly number[];
  /**
   * How much of what n packets say n independent ones would say: 1 without correlation. A mean of an autoregressive series of
   * order one has (1-r)/(1+r) of them.
   */
  readonly independence: number;
}

/** Milliseconds. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

/** So fine are the quantiles: an eighth of a thousandth. */
const drawCount = 8_192;

/** What all ways of a round trip add together. */
export function addedDelay(ways: readonly Fault[]): AddedDelay {
  const delays = ways.flatMap((way) => (way.delay === undefined ? [] : [delayOf(way, way.delay)]));
  const correlation = Math.max(0, ...delays.map((delay) => delay.correlation));
  const independence = (1 - correlation) / (1 + correlation);
  const constantMs = sum(delays.filter(isConstant).map(({ timeMs }) => timeMs));
  const varied = delays.filter((delay) => !isConstant(delay));
  if (varied.length === 0) return { draws: [constantMs], independence };
  const isReordered = varied.some(({ reordered }) => reordered > 0);
  // Each dimension less makes the draws more even.
  const chances = evenChances(isReordered ? 2 * varied.length : varied.length);
  const draws = Array.from(
    { length: drawCount },
    (_, index) =>
      constantMs +
      sum(varied.map((delay, way) => drawn(delay, chances(index, way), chances(index, varied.length + way)))),
  );
  return { draws: draws.toSorted((one, other) => one - other), independence };
}

function isConstant({ jitterMs, reordered }: WayDelay): boolean {
  return jitterMs === 0 && reordered === 0;
}

/** Milliseconds. @param chance from 0 to 1 */
export function quantile({ draws }: AddedDelay, chance: number): number {
  const index = Math.round(chance * (draws.length - 1));
  return draws[Math.max(0, Math.min(draws.length - 1, index))] ?? 0;
}

/** 99.9 % of a normal distribution lie within so many standard deviations. */
export const deviations = 3.29;

/**
 * Where the median of so many round trips lies in 999 cases of 1000, whatever the shape: how many of them are below the true
 * median is binomial, so the chance at which their median lies has a standard deviation of 1/(2 sqrt n).
 */
export function medianSpan(delay: AddedDelay, count: number): Span {
  const off = deviations / (2 * Math.sqrt(Math.max(1, count * delay.independence)));
  return { least: quantile(delay, 0.5 - off), most: quantile(delay, 0.5 + off) };
}

interface WayDelay {
  readonly timeMs: number;
  readonly jitterMs: number;
  readonly correlation: number;
  readonly distribution: Distribution;
  /** Share of the packets that leave at once. */
  readonly reordered: number;
}

function delayOf({ reorder }: Fault, delay: NonNullable<Fault['delay']>): WayDelay {
  const { time, rtt, jitter, correlation, distribution = 'uniform' } = delay;
  return {
    timeMs: (time ?? rtt)?.milliseconds ?? 0,
    jitterMs: jitter?.milliseconds ?? 0,
    correlation: correlation?.fraction ?? 0,
    distribution,
    reordered: reorderedShare(reorder),
  };
}

/** After gap - 1 packets that wait, each passes with the ratio until one has (sch_netem.c). */
function reorderedShare(reorder: Fault['reorder']): number {
  if (reorder === undefined || reorder.ratio.isZero) return 0;
  return 1 / ((reorder.gap ?? 1) - 1 + 1 / reorder.ratio.fraction);
}

function drawn(
  { timeMs, jitterMs, distribution, reordered }: WayDelay,
  chance: number,
  other: number,
): number {
  if (other < reordered) return 0;
  // A packet cannot leave before it came.
  return Math.max(0, timeMs + jitterMs * within(quantileOf(distribution, chance)));
}

/** netem's tables hold 16-bit numbers, 8192 for one jitter. */
function within(value: number): number {
  return Math.max(-4, Math.min(32_767 / 8_192, value));
}

/** In units of the jitter: the distributions of tc-netem(8), as iproute2 defines them. */
function quantileOf(distribution: Distribution, chance: number): number {
  if (typeof distribution !== 'string') {
    const table = distribution.table.toSorted((one, other) => one - other);
    return table[Math.floor(chance * table.length)] ?? 0;
  }
  switch (distribution) {
    case 'uniform':
      return 2 * chance - 1;
    case 'normal':
      return normal(chance);
    case 'pareto':
      return pareto(chance);
    case 'paretonormal':
      return 0.25 * normal(chance) + 0.75 * pareto(chance);
  }
}

/** Index 3, its mean 3/2 at 0, scaled by 4/3. */
function pareto(chance: number): number {
  return ((1 - chance) ** (-1 / 3) - 1.5) * (4 / 3);
}

/** Abramowitz and Stegun 26.2.23; its error, 4.5e-4, is below what can be measured. */
function normal(chance: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(chance, 1 - chance)));
  const upper = 2.515517 + t * (0.802853 + t * 0.010328);
  const lower = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return Math.sign(chance - 0.5) * (t - upper / lower);
}

/**
 * Points that fill a cube of so many dimensions evenly, the same each time: multiples of the powers of the root of
 * x^(d+1) = x + 1, modulo 1.
 */
function evenChances(dimensions: number): (index: number, dimension: number) => number {
  let root = 2;
  for (let step = 0; step < 40; step += 1) root = (1 + root) ** (1 / (dimensions + 1));
  return (index, dimension) => (0.5 + (index + 1) * root ** -(dimension + 1)) % 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
