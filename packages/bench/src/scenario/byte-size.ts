import { quote } from '@podlag/core';

const factors: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: 1024, MiB: 1_048_576 };
const sizePattern = /^([1-9][0-9]{0,8})(B|KiB|MiB)?$/;

/** The largest message that a scenario may ask for, bytes. */
export const mostBytes = 64 * 1_048_576;

/** Reads `65536`, `"65536"`, `"64KiB"` or `"1MiB"` as bytes, 1 to 64 MiB. @throws Error with a message for people */
export function parseByteSize(input: unknown): number {
  const [, digits = '', unit = ''] = sizePattern.exec(asText(input)) ?? [];
  const bytes = Number(digits) * (factors[unit] ?? NaN);
  if (!(bytes >= 1 && bytes <= mostBytes)) {
    throw new Error(`${quote(input)} is not a size from 1 byte to 64MiB, as 128 or 64KiB`);
  }
  return bytes;
}

/** The shortest exact form; `parseByteSize` gives the same back. */
export function printByteSize(bytes: number): number | string {
  if (bytes % 1_048_576 === 0) return `${bytes / 1_048_576}MiB`;
  return bytes % 1024 === 0 ? `${bytes / 1024}KiB` : bytes;
}

function asText(input: unknown): string {
  return typeof input === 'string' || typeof input === 'number' ? String(input) : '';
}
