import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A source of numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** The same numbers each time for the same seed. @param seed a whole number; its low 32 bits count */
export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** All of `values` in an order that `random` chooses, each order as likely (Fisher and Yates, inside out). */
export function shuffled<T>(values: readonly T[], random: Random): T[] {
  const out: T[] = [];
  values.forEach((value, index) => {
    const place = Math.floor(random() * (index + 1));
    if (place < index) out.push(out[place] as T);
    out[place] = value;
  });
  return out;
}
