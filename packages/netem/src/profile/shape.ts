import { createHash } from 'node:crypto';
import type { Distribution, NamedDistribution } from '@podlag/core';
import { tcTimeStep } from '../tc/tc-command';

/**
 * The form of a delay distribution as netem wants it: quantiles at even steps, rising, in units of the jitter
 * (NETEM_DIST_SCALE, 8192, stands for one jitter). netem draws one entry for each packet and delays it by
 * `time + entry x jitter`.
 */
export interface Shape {
  /** The name of the table's file, and of the distribution on tc's command line. */
  readonly name: string;
  /** In units of the jitter, from -4 to 3.99988: netem keeps 16-bit numbers. */
  readonly quantiles: readonly number[];
}

/** As many as iproute2's own tables have. */
const tableSize = 4096;
/** NETEM_DIST_SCALE: what stands for one jitter. */
const scale = 8192;
/** A table's entries have 16 bits. */
const largest = 32_767;
/** In units of the jitter. What a distribution has beyond them no packet gets, and nobody is to be told of. */
const ends = { least: (-largest - 1) / scale, most: largest / scale } as const;

/**
 * The named distributions, by the definitions of iproute2: normal has the jitter as its standard deviation, pareto
 * has index 3 and its mean at 0, paretonormal is a quarter of the one and three quarters of the other. uniform is
 * what netem does without a table; it has one here so that a leaf can be changed back to it in place (a netem change
 * without a table keeps the old one).
 */
const quantileFunctions: Readonly<Record<NamedDistribution, (p: number) => number>> = {
  uniform: (p) => 2 * p - 1,
  normal: normalQuantile,
  pareto: paretoQuantile,
  paretonormal: (p) => 0.25 * normalQuantile(p) + 0.75 * paretoQuantile(p),
};

const namedShapes = new Map<NamedDistribution, Shape>();

export function shapeOf(distribution: Distribution): Shape {
  if (typeof distribution !== 'string') return customShape(distribution.table);
  const known = namedShapes.get(distribution);
  if (known) return known;
  const quantiles = evenSteps(tableSize).map(quantileFunctions[distribution]).map(withinTable);
  const shape = { name: distribution, quantiles };
  namedShapes.set(distribution, shape);
  return shape;
}

/** A shape that has no name of its own is named by what is in it. */
export function customShape(quantiles: readonly number[]): Shape {
  const rising = [...quantiles].sort((one, other) => one - other).map(withinTable);
  const shape = { name: '', quantiles: rising };
  const digest = createHash('sha256').update(tableOf(shape).join(' ')).digest('hex').slice(0, 12);
  return { ...shape, name: `podlag-${digest}` };
}

function withinTable(quantile: number): number {
  return Math.max(ends.least, Math.min(ends.most, quantile));
}

/** The entries of netem's table. */
export function tableOf({ quantiles }: Shape): readonly number[] {
  return quantiles.map((value) => Math.round(value * scale));
}

/** The text of the `.dist` file that tc reads for this shape. */
export function distributionFile(shape: Shape): string {
  const entries = tableOf(shape);
  const lines = [`# podlag: delay distribution ${shape.name}, ${entries.length} entries`];
  for (let start = 0; start < entries.length; start += 8)
    lines.push(entries.slice(start, start + 8).join(' '));
  return `${lines.join('\n')}\n`;
}

/** One jittered delay out of several: the distribution of the sum of independent draws. */
export interface Spread {
  readonly jitterNanoseconds: number;
  readonly shape: Shape;
}

/** So many points of each distribution are added up, each with each. */
const convolutionPoints = 256;

/**
 * The spread of the sum of two independent delays, by adding each quantile of one to each of the other. Two
 * independent jitters are neither one jitter of their sum nor of their mean; only their convolution is right.
 */
export function addSpreads(one: Spread, other: Spread): Spread {
  const left = sample(one);
  const right = sample(other);
  // Numbers in an array of their own kind are sorted many times faster, and this is done for each pair of faults.
  const sums = Float64Array.from(left.flatMap((a) => right.map((b) => a + b))).sort();
  const quantiles = evenSteps(tableSize).map((p) => sums[Math.floor(p * sums.length)] ?? 0);
  const widest = Math.max(...quantiles.map(Math.abs));
  const least = Math.max(Math.hypot(one.jitterNanoseconds, other.jitterNanoseconds), widest / 3.9);
  // The table is scaled to the jitter that tc can say.
  const jitter = Math.ceil(least / tcTimeStep) * tcTimeStep;
  return { jitterNanoseconds: jitter, shape: customShape(quantiles.map((value) => value / jitter)) };
}

function sample({ jitterNanoseconds, shape }: Spread): readonly number[] {
  const at = (p: number): number => shape.quantiles[Math.floor(p * shape.quantiles.length)] ?? 0;
  return evenSteps(convolutionPoints).map((p) => at(p) * jitterNanoseconds);
}

function evenSteps(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (index + 0.5) / count);
}

/** iproute2 scales by 4/3, the inverse of the variance of a Pareto distribution of index 3, not of its deviation. */
function paretoQuantile(p: number): number {
  const index = 3;
  const mean = index / (index - 1);
  return ((1 - p) ** (-1 / index) - mean) * (4 / 3);
}

/** The inverse of the normal distribution function: bisection on an integral is exact enough for 16-bit entries. */
function normalQuantile(p: number): number {
  let low = -4;
  let high = 4;
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (normalProbability(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Abramowitz and Stegun 7.1.26; its error, 1.5e-7, is far below a table's step. */
function normalProbability(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (polynomial * Math.exp((-x * x) / 2)) / 2;
  return x >= 0 ? 1 - tail : tail;
}
