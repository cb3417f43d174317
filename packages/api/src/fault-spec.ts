import { directions, effects, isPodlagError, parseFault, type Direction, type Fault } from '@podlag/core';
import * as z from 'zod';
import { apiErrors } from './api-errors';
import { fieldPath, invalidObject, parsedField } from './invalid-object';
import { labelSelector, type LabelSelector } from './label-selector';
import { targetList, type ParsedTarget, type TargetSpec } from './target';

/** A quantity as an object has it: a string; for a duration also whole milliseconds. */
export type Quantity = string | number;

/** How many of the selected pods. */
export const modes = ['all', 'one', 'fixed', 'percent'] as const;
export type Mode = (typeof modes)[number];

/** A fault as it stands in an object: whose, what, toward whom. The effects are the documents that an agent takes. */
export interface FaultSpec {
  readonly selector: LabelSelector;
  readonly mode?: Mode;
  readonly value?: number;
  readonly delay?: Readonly<Record<string, unknown>>;
  readonly loss?: Readonly<Record<string, unknown>>;
  readonly duplicate?: Readonly<Record<string, unknown>>;
  readonly corrupt?: Readonly<Record<string, unknown>>;
  readonly reorder?: Readonly<Record<string, unknown>>;
  readonly rate?: string;
  readonly partition?: true;
  readonly direction?: Direction;
  readonly to?: readonly TargetSpec[];
  readonly except?: readonly TargetSpec[];
  readonly seed?: number;
}

/** Which of the selected pods have the fault. */
export type ParsedMode =
  | { readonly kind: 'all' }
  | { readonly kind: 'one' }
  | { readonly kind: 'fixed'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** A fault's effects as values, with its seed. */
export type Effects = Omit<Fault, 'name' | 'direction' | 'to' | 'except' | 'ttl'>;

/** A fault of an object as values, before it is known which pods and addresses that is. */
export interface ParsedFaultSpec {
  readonly selector: LabelSelector;
  readonly mode: ParsedMode;
  readonly effects: Effects;
  /** Seen from the selected pods. */
  readonly direction: Direction;
  /** Absent: everybody. */
  readonly to?: readonly ParsedTarget[] | undefined;
  readonly except?: readonly ParsedTarget[] | undefined;
}

const effect = z.unknown().optional();

/** The fields of a fault in an object. Effects and seed are left to core's own reader. */
export const faultFields = {
  selector: labelSelector,
  mode: z.enum(modes).default('all'),
  value: z.int().min(1).optional(),
  ...{ delay: effect, loss: effect, duplicate: effect, corrupt: effect, reorder: effect, rate: effect },
  ...{ partition: effect, seed: effect },
  direction: z.enum(directions).default('egress'),
  to: targetList.optional(),
  except: targetList.optional(),
};

const faultSchema = z.strictObject(faultFields);

/** @throws PodlagError `invalid-object`, with the field under `field` */
export function parseFaultSpec(value: unknown, field: string): ParsedFaultSpec {
  return faultOf(parsedField(faultSchema, value, field), field);
}

/** What fields that fit each by itself say together. @throws PodlagError `invalid-object` */
export function faultOf(fields: z.output<typeof faultSchema>, field: string): ParsedFaultSpec {
  const { selector, direction, to, except } = fields;
  return { selector, mode: modeOf(fields, field), effects: effectsOf(fields, field), direction, to, except };
}

function modeOf({ mode, value }: z.output<typeof faultSchema>, field: string): ParsedMode {
  if (mode === 'all' || mode === 'one') {
    if (value !== undefined)
      throw invalidObject(`${field}.value`, `does not go with mode ${mode}: it is for fixed and percent`);
    return { kind: mode };
  }
  if (value === undefined)
    throw invalidObject(
      `${field}.value`,
      `mode ${mode} needs it: how many pods, or how many percent of them`,
    );
  if (mode === 'fixed') return { kind: 'fixed', count: value };
  if (value > 100) throw invalidObject(`${field}.value`, 'is more than 100 percent');
  return { kind: 'percent', percent: value };
}

function effectsOf(fields: z.output<typeof faultSchema>, field: string): Effects {
  const given = [...effects, 'seed' as const].filter((name) => fields[name] !== undefined);
  const document = Object.fromEntries(given.map((name) => [name, fields[name]]));
  const fault = coreFault({ ...document, direction: fields.direction }, field);
  return Object.fromEntries(given.map((name) => [name, fault[name]]));
}

/** Core's reading of a fault document without a name, so that limits and messages are core's own; its fields are told under `field`. */
export function coreFault(document: Readonly<Record<string, unknown>>, field: string): Fault {
  try {
    return parseFault({ ...document, name: 'fault' });
  } catch (error) {
    if (!isPodlagError(error, 'invalid-fault')) throw error;
    const under = (name: string): string => (name === 'fault' ? field : fieldPath(field, name.split('.')));
    const detail = error.detail.replaceAll(
      /(^|; )([a-zA-Z0-9.]+): /g,
      (_, before: string, name: string) => `${before}${under(name)}: `,
    );
    throw apiErrors.error('invalid-object', detail, { field: under(error.field ?? 'fault'), cause: error });
  }
}
