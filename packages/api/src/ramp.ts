import { Duration, isPodlagError, Rate, Ratio } from '@podlag/core';
import * as z from 'zod';
import type { Quantity } from './fault-spec';
import { durationField } from './field-schema';
import { invalidObject } from './invalid-object';

/** What a ramp moves. */
export const rampTargets = ['delay', 'loss', 'rate', 'scale'] as const;
type RampTarget = (typeof rampTargets)[number];

export interface RampSpec {
  readonly of?: RampTarget;
  readonly from: string;
  readonly to: string;
  readonly steps: number;
  readonly over?: Quantity;
}

/** From one value to another in equal steps; `scale` is the share of each link's delay in a matrix. */
export type ParsedRamp = {
  /** 2 to 1000. */
  readonly steps: number;
  /** Absent: the whole of `for`. */
  readonly over?: Duration | undefined;
} & (
  | { readonly of: 'delay'; readonly from: Duration; readonly to: Duration }
  | { readonly of: 'loss' | 'scale'; readonly from: Ratio; readonly to: Ratio }
  | { readonly of: 'rate'; readonly from: Rate; readonly to: Rate }
);

/** A ramp as an object has it. A number has no unit that could tell what it is of, so from and to are strings. */
export const rampFields = z.strictObject({
  of: z.enum(rampTargets).optional(),
  from: z.string().max(32),
  to: z.string().max(32),
  steps: z.int().min(2).max(1000),
  over: durationField('1ms').optional(),
});

/**
 * @param isMatrix whether the ramp is of a matrix, which has a scale, or of a fault, which has the rest
 * @throws PodlagError `invalid-object`, with the field under `field`
 */
export function rampOf(fields: z.output<typeof rampFields>, isMatrix: boolean, field: string): ParsedRamp {
  const { from, to, steps, over } = fields;
  const of = fields.of ?? toldByUnit(from, to, isMatrix, field);
  if ((of === 'scale') !== isMatrix) {
    const message = isMatrix
      ? 'a matrix has a ramp of scale only, as from 0% to 100%'
      : 'scale is for a latencyMatrix: a fault has ramps of delay, loss and rate';
    throw invalidObject(`${field}.of`, message);
  }
  const ends = <T>(parse: (value: string, field: string) => T): { readonly from: T; readonly to: T } => ({
    from: end(parse, from, `${field}.from`),
    to: end(parse, to, `${field}.to`),
  });
  switch (of) {
    case 'delay':
      return { of, steps, over, ...ends(delayUpToAnHour) };
    case 'rate':
      return { of, steps, over, ...ends((value, at) => Rate.parse(value, at)) };
    case 'loss':
    case 'scale':
      return { of, steps, over, ...ends((value, at) => Ratio.parse(value, at)) };
  }
}

const hour = Duration.parse('1h');

function delayUpToAnHour(value: string, field: string): Duration {
  const delay = Duration.parse(value, field);
  if (delay.nanoseconds > hour.nanoseconds) throw invalidObject(field, 'is more than 1h');
  return delay;
}

function end<T>(parse: (value: string, field: string) => T, value: string, field: string): T {
  try {
    return parse(value, field);
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    throw invalidObject(field, error.detail.replace(`${field}: `, ''), error.hint);
  }
}

function toldByUnit(from: string, to: string, isMatrix: boolean, field: string): RampTarget {
  const [one, other] = [unitOf(from, isMatrix), unitOf(to, isMatrix)];
  // One may be a bare 0.
  const either = one ?? other;
  if (either !== undefined && (other ?? either) === either) return either;
  throw invalidObject(
    field,
    `from ${JSON.stringify(from)} to ${JSON.stringify(to)} does not say what it is of`,
    rampHint,
  );
}

const rampHint =
  'Write both with the same unit, as 0ms and 100ms, 0% and 10%, or 10mbit and 1mbit; or set of.';

function unitOf(value: string, isMatrix: boolean): RampTarget | undefined {
  if (value.endsWith('%')) return isMatrix ? 'scale' : 'loss';
  if (/bit$/i.test(value)) return 'rate';
  return /[hms]$/.test(value) ? 'delay' : undefined;
}
