import type { Unit } from '../benchmark/benchmark';
import { scaleOf, type Scale } from '../views/scale';

export interface Tick {
  /** In the drawing's units. */
  readonly at: number;
  readonly label: string;
}

/** From values to places in a drawing. */
export interface Axis {
  /** Where a value stands; what is beyond the ends stands at them. */
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
  /** Of the figures at the ticks: `us`. */
  readonly unit: string;
}

/** Ends of a drawing's side. `from` may be the greater: of a picture the top is 0. */
export interface Side {
  readonly from: number;
  readonly to: number;
}

export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** Above this a straight axis would show the large values alone. */
const logarithmicFrom = 20;
const wantedTicks = 6;

/** From the least to the greatest of `values`, with some room: straight, or by powers of ten where they are very different. */
export function valueAxis(values: readonly number[], unit: Unit, side: Side): Axis {
  const extent = extentOf(values);
  const scale = scaleOf([extent.low, extent.high], unit);
  const isWide = extent.low > 0 && extent.high / extent.low > logarithmicFrom;
  return isWide ? logarithmicAxis(extent, scale, side) : linearAxis(withRoom(extent), scale, side);
}

/** Of seconds since a run began. */
export function elapsedAxis(seconds: number, side: Side): Axis {
  const scale =
    seconds < 180
      ? { name: 's', perUnit: 1 }
      : seconds < 3 * 3600
        ? { name: 'min', perUnit: 1 / 60 }
        : { name: 'h', perUnit: 1 / 3600 };
  return linearAxis({ low: 0, high: Math.max(seconds, 1) }, scale, side);
}

/** The ends of all that are numbers; 0 to 1 where there are none. */
export function extentOf(values: readonly number[]): Extent {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { low: 0, high: 1 };
  return {
    low: finite.reduce((least, value) => Math.min(least, value)),
    high: finite.reduce((most, value) => Math.max(most, value)),
  };
}

/** A straight axis with round figures at its ticks. */
export function linearAxis({ low, high }: Extent, scale: Scale, side: Side): Axis {
  const step = roundStep(((high - low) * scale.perUnit) / wantedTicks);
  const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const at = (value: number): number => place((value - low) / (high - low), side);
  const first = Math.ceil((low * scale.perUnit) / step - 1e-9);
  const last = Math.floor((high * scale.perUnit) / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => {
    const shown = (first + index) * step;
    return { at: at(shown / scale.perUnit), label: shown.toFixed(decimals) };
  });
  return { at, ticks, unit: scale.name };
}

/** Below so much of a change an axis of changes is about straight, beyond it about logarithmic. */
const bend = 0.05;
/** So far apart, figures of a tick do not run into each other. */
const leastBetween = 42;

/** Of changes to both sides of none, as shares: 5 % has its room beside 1,000 %. @param most the greatest that is shown */
export function changeAxis(most: number, side: Side): Axis {
  const at = (value: number): number =>
    place((Math.asinh(value / bend) / Math.asinh(most / bend) + 1) / 2, side);
  const shown = [0.01, 0.02, 0.05, 0.2, 1, 5, 20, 100, 1000].filter((value) => value <= most);
  const readable = shown.reduce<readonly number[]>(
    (kept, value) => (at(value) - at(kept.at(-1) ?? 0) < leastBetween ? kept : [...kept, value]),
    [],
  );
  const ticks = [...readable.map((value) => -value).reverse(), 0, ...readable].map((value) => ({
    at: at(value),
    label: `${value > 0 ? '+' : ''}${Math.round(value * 100)} %`,
  }));
  return { at, ticks, unit: '%' };
}

/** Of powers of ten there is room for so many figures. */
const mostPowers = 8;

function logarithmicAxis({ low, high }: Extent, scale: Scale, side: Side): Axis {
  const [from, to] = [Math.log10(low) - 0.05, Math.log10(high) + 0.05];
  const at = (value: number): number => place((Math.log10(value) - from) / (to - from), side);
  const mantissas = to - from > 3 ? [1] : to - from > 1.7 ? [1, 3] : [1, 2, 5];
  const power = Math.floor(Math.log10(low * scale.perUnit)) - 1;
  const everyPower = Math.ceil((to - from) / mostPowers);
  const shown = Array.from({ length: Math.ceil(to - from) + 3 }, (_, index) =>
    mantissas.map((mantissa) => Number(`${mantissa}e${power + index * everyPower}`)),
  ).flat();
  const ticks = shown
    .filter((value) => isWithin(Math.log10(value / scale.perUnit), from, to))
    .map((value) => ({ at: at(value / scale.perUnit), label: String(value) }));
  return { at, ticks, unit: scale.name };
}

/** 1, 2 or 5 times a power of ten, at least `wanted`. */
function roundStep(wanted: number): number {
  const power = Math.floor(Math.log10(wanted));
  const mantissa = [1, 2, 5, 10].find((each) => each * 10 ** power >= wanted * (1 - 1e-9)) ?? 10;
  return Number(`${mantissa}e${power}`);
}

/** Marks at the very edge are half cut off; and what is all the same has to have an extent. */
function withRoom({ low, high }: Extent): Extent {
  const room = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.05 || 1;
  return { low: low >= 0 ? Math.max(0, low - room) : low - room, high: high + room };
}

function isWithin(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

function place(share: number, { from, to }: Side): number {
  return from + Math.min(1, Math.max(0, share)) * (to - from);
}
