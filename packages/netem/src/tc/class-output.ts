import type { ObservedClass } from '../kernel/observed';

const unitBits: Readonly<Record<string, number>> = {
  bit: 1,
  Kbit: 1e3,
  Mbit: 1e6,
  Gbit: 1e9,
  Tbit: 1e12,
};

const htbClass =
  /^class htb ([0-9a-f]+:[0-9a-f]+) .*?\brate ([0-9.]+)([KMGT]?bit) ceil ([0-9.]+)([KMGT]?bit) /;

/**
 * Reads the HTB classes out of `tc class show dev DEVICE`: text, which is all that iproute2 has for classes. A rate is
 * cut to three or four digits there: `1234Kbit` may have been asked for as 1234567 bit.
 */
export function parseClasses(text: string): readonly ObservedClass[] {
  return text.split('\n').flatMap((line) => {
    const [, classid, rate, rateUnit, ceil, ceilUnit] = htbClass.exec(line) ?? [];
    if (classid === undefined) return [];
    return [
      { classid, rateBytesPerSecond: bytes(rate, rateUnit), ceilBytesPerSecond: bytes(ceil, ceilUnit) },
    ];
  });
}

function bytes(value: string | undefined, unit = ''): number {
  return (Number(value) * (unitBits[unit] ?? NaN)) / 8;
}
