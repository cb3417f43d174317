/**
 * Each p adjusted for having been one of many, in the order given, at most 1 (Benjamini and Hochberg 1995). Of those that
 * are then below alpha no more than a share alpha is there by chance; and where nothing differs at all, the chance that any is
 * called a difference is alpha.
 *
 * Not Holm's: five samples against five have a p of 0.008 at best, so that with seven tests nothing could ever be told by it,
 * even if all seven were wholly apart.
 */
export function adjustedForMany(ps: readonly number[]): number[] {
  const falling = ps.map((_, index) => index).sort((i, j) => (ps[j] ?? 0) - (ps[i] ?? 0));
  const adjusted = new Array<number>(ps.length).fill(1);
  let least = 1;
  falling.forEach((index, above) => {
    least = Math.min(least, (ps[index] ?? 1) * (ps.length / (ps.length - above)));
    adjusted[index] = least;
  });
  return adjusted;
}
