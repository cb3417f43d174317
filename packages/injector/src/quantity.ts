/** Suffixes of a Kubernetes quantity, in thousandths. */
const thousandths: Readonly<Record<string, bigint>> = {
  m: 1n,
  '': 1000n,
  k: 1000n ** 2n,
  M: 1000n ** 3n,
  G: 1000n ** 4n,
  T: 1000n ** 5n,
  Ki: 1000n * 1024n,
  Mi: 1000n * 1024n ** 2n,
  Gi: 1000n * 1024n ** 3n,
  Ti: 1000n * 1024n ** 4n,
};

const pattern = /^([0-9]{1,12})(?:\.([0-9]{1,3}))?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/**
 * The size of `50m`, `0.5`, `64Mi` or `1G` in thousandths, rounded up; undefined for anything else.
 *
 * A subset of Kubernetes' own grammar: no sign, no exponent, nothing finer than a thousandth. All that people write
 * for CPU and memory is in it, and what is not could surprise.
 */
export function quantityInThousandths(text: string): bigint | undefined {
  const match = pattern.exec(text);
  if (!match?.[1]) return undefined;
  const fraction = (match[2] ?? '').padEnd(3, '0');
  const unit = thousandths[match[3] ?? ''] ?? 0n;
  const scaled = BigInt(match[1] + fraction) * unit;
  return (scaled + 999n) / 1000n;
}

/** The larger of two quantities, as it was written. What does not parse counts as the smallest. */
export function largerQuantity(a: string, b: string): string {
  return (quantityInThousandths(a) ?? 0n) >= (quantityInThousandths(b) ?? 0n) ? a : b;
}
