/** Counts, both within. */
export interface CountSpan {
  readonly least: number;
  readonly most: number;
}

/** What lies outside on each side, together 0.1 %. */
const tail = 0.0005;

/** Where the number of hits among `count` trials lies in 999 cases of 1000, when each hits with `chance`. */
export function binomialSpan(count: number, chance: number): CountSpan {
  const chances = Array.from({ length: count + 1 }, (_, hits) => exactly(hits, count, chance));
  return {
    least: beyond(chances),
    most: count - beyond(chances.toReversed()),
  };
}

/** How many from the beginning are together too improbable. */
function beyond(chances: readonly number[]): number {
  let total = 0;
  const first = chances.findIndex((chance) => (total += chance) > tail);
  return Math.max(0, first);
}

/** By logarithms: the factors of 1000 trials have 300 digits. */
function exactly(hits: number, count: number, chance: number): number {
  if (chance === 0 || chance === 1) return hits === count * chance ? 1 : 0;
  let log = hits * Math.log(chance) + (count - hits) * Math.log(1 - chance);
  for (let index = 1; index <= hits; index += 1) log += Math.log((count - hits + index) / index);
  return Math.exp(log);
}
