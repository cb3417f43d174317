import type { FittedDelay } from './fitted-delay';

const mostBins = 20;
const widest = 40;

/** How the samples spread beside how netem will: text for a terminal, of `mostBins` lines (one where nothing spreads) and a heading. */
export function histogram(nanoseconds: readonly number[], delay: FittedDelay): string {
  const entries = delay.table.length === 0 ? [0] : delay.table;
  const made = entries.map((entry) => delay.mean.nanoseconds + entry * delay.jitter.nanoseconds);
  const [measured, given] = [range(nanoseconds), range(made)];
  const low = Math.min(measured.low, given.low);
  const high = Math.max(measured.high, given.high);
  const scale: Scale =
    high === low ? { low, step: 1, bins: 1 } : { low, step: (high - low) / mostBins, bins: mostBins };
  const sampled = shares(nanoseconds, scale);
  const asked = shares(made, scale);
  const tallest = Math.max(...sampled);
  const lines = sampled.map((share, bin) => {
    const bar = '#'.repeat(Math.round((share / tallest) * widest));
    return `${milliseconds(low + bin * scale.step)}  ${percent(share)}  ${percent(asked[bin] ?? 0)}  ${bar}`.trimEnd();
  });
  return [' FROM, ms  SAMPLES    TABLE', ...lines, ''].join('\n');
}

/** Not `Math.min(...values)`: a list of a million samples is more than a call's arguments may be. */
function range(values: readonly number[]): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

interface Scale {
  readonly low: number;
  readonly step: number;
  readonly bins: number;
}

function shares(values: readonly number[], { low, step, bins }: Scale): readonly number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - low) / step));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count) => count / values.length);
}

function milliseconds(nanoseconds: number): string {
  return (nanoseconds / 1e6).toPrecision(3).padStart(9);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`.padStart(7);
}
