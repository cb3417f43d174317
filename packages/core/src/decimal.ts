/**
 * Exact decimal numbers, so that 0.25ms is 250000 ns and never 249999: the digits are moved, not multiplied as floats.
 */

const decimalPattern = /^([0-9]{1,18})(?:\.([0-9]{1,18}))?$/;

/** `text` x 10^`exponent` as an integer; undefined when `text` is no plain decimal or the result is not whole. */
export function scaleDecimal(text: string, exponent: number): bigint | undefined {
  const match = decimalPattern.exec(text);
  if (!match?.[1]) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > exponent) return undefined;
  return BigInt(match[1] + fraction.padEnd(exponent, '0'));
}

/** `value` / 10^`exponent`, printed exactly and without trailing zeros. */
export function printDecimal(value: number, exponent: number): string {
  const digits = String(value).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const fraction = digits.slice(digits.length - exponent).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** How a value that does not parse is shown in an error: short, on one line, with nothing that a terminal would obey. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
