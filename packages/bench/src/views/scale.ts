import type { Unit } from '../benchmark/benchmark';

/** In which of a unit's sizes figures are printed. */
export interface Scale {
  /** As it stands behind the figure: `us`, `Mbit/s`. */
  readonly name: string;
  /** So many of them are 1 in SI units. */
  readonly perUnit: number;
}

/** Small to large. Rates of data in bits, as tc(8), iperf3 and netperf print them. */
const scales: Readonly<Record<Unit, readonly [Scale, ...Scale[]]>> = {
  s: [
    { name: 'ns', perUnit: 1e9 },
    { name: 'us', perUnit: 1e6 },
    { name: 'ms', perUnit: 1e3 },
    { name: 's', perUnit: 1 },
  ],
  'B/s': [
    { name: 'bit/s', perUnit: 8 },
    { name: 'kbit/s', perUnit: 8e-3 },
    { name: 'Mbit/s', perUnit: 8e-6 },
    { name: 'Gbit/s', perUnit: 8e-9 },
  ],
  '1/s': [
    { name: '/s', perUnit: 1 },
    { name: 'k/s', perUnit: 1e-3 },
    { name: 'M/s', perUnit: 1e-6 },
  ],
  ratio: [{ name: '%', perUnit: 100 }],
};

/** Longer figures are hard to read; then a size larger, as long as three digits of the smallest show without many zeros. */
const longest = 10_000;
const smallestInLarger = 0.1;

/** The one scale for all of `values`: the largest in which none is below 1, or one more where others were very long then. Where there is nothing, the plain one. */
export function scaleOf(values: readonly number[], unit: Unit): Scale {
  const sizes = values.map((value) => Math.abs(rounded(value))).filter((size) => size > 0);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const [smallest, ...larger] = scales[unit];
  if (sizes.length === 0) return scales[unit].findLast(({ perUnit }) => perUnit >= 1) ?? smallest;
  return larger.reduce((scale, next) => {
    const fits = least * next.perUnit >= 1;
    const helps = most * scale.perUnit >= longest && least * next.perUnit >= smallestInLarger;
    return fits || helps ? next : scale;
  }, smallest);
}

/** Three significant digits, and all of the whole part: `0.204`, `20.4`, `20412`. `-` for what was not measured. */
export function figure(value: number | undefined, scale: Scale): string {
  if (value === undefined) return '-';
  const shown = rounded(value * scale.perUnit);
  if (shown === 0) return '0';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(shown))));
  return decimals === 0 ? (value * scale.perUnit).toFixed(0) : shown.toFixed(Math.min(decimals, 20));
}

/** `204 us`, `941 Mbit/s`, `12.3 k/s`, `5.00 %`; `-` for what was not measured. */
export function formatValue(value: number | undefined, unit: Unit): string {
  if (value === undefined) return '-';
  const scale = scaleOf([value], unit);
  return `${figure(value, scale)} ${scale.name}`;
}

/** To the digits that are shown, so that 999.7 us are 1.00 ms and not 1000 us. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
