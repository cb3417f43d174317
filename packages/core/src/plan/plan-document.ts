import * as z from 'zod';
import { coreErrors } from '../core-errors';
import { quote } from '../decimal';
import { Duration } from '../duration';
import { isPodlagError, type PodlagError } from '../errors';
import type { Fault } from '../fault';
import { faultDocument, parseFault } from '../fault-document';
import { didYouMean } from '../nearest';
import { parsed } from '../parsed';
import { Rate } from '../rate';
import { Ratio } from '../ratio';
import {
  leastEvery,
  leastRampStep,
  mostPlannedFaults,
  type Plan,
  type PlannedFault,
  type Ramp,
  type Timing,
} from './plan';

const duration = parsed((value, field) => Duration.parse(value, field));
const rate = parsed((value, field) => Rate.parse(value, field));
const ratio = parsed((value, field) => Ratio.parse(value, field));
const positive = duration.refine((value) => !value.isZero, 'must be longer than 0');
/** As of a fault. */
const delay = duration.refine(({ milliseconds }) => milliseconds <= 3_600_000, 'is more than 1h');

const common = { steps: z.int().min(2).max(1000), over: positive.optional() };

const ramp: z.ZodType<Ramp> = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('delay'), from: delay, to: delay, ...common }),
  z.strictObject({ of: z.literal('loss'), from: ratio, to: ratio, ...common }),
  z.strictObject({ of: z.literal('rate'), from: rate, to: rate, ...common }),
]);

const timing: z.ZodType<Timing> = z
  .strictObject({
    start: z.iso
      .datetime({ offset: true, error: 'must be a time as 2026-11-21T12:00:00.000Z' })
      .transform(Date.parse),
    at: duration.default(Duration.zero),
    for: duration.refine(({ milliseconds }) => milliseconds >= 1, 'must be 1ms or more').optional(),
    every: positive.optional(),
    until: positive.optional(),
    ramp: ramp.optional(),
  })
  .refine((value) => value.every === undefined || value.for !== undefined, {
    path: ['for'],
    message: 'is needed beside every: how long it is in force each time',
  })
  .refine((value) => isAtMost(leastEvery, value.every), {
    path: ['every'],
    message: `is shorter than ${leastEvery.toString()}`,
  })
  .refine((value) => isAtMost(value.for, value.every), { path: ['every'], message: 'is shorter than for' })
  .refine((value) => value.until === undefined || value.until.nanoseconds > value.at.nanoseconds, {
    path: ['until'],
    message: 'is not after at: it would never be in force',
  })
  .refine((value) => value.ramp === undefined || (value.ramp.over ?? value.for) !== undefined, {
    path: ['ramp', 'over'],
    message: 'is needed where there is no for: how long the steps take together',
  })
  .refine((value) => isAtMost(value.ramp?.over, value.for), {
    path: ['ramp', 'over'],
    message: 'is longer than for',
  })
  .refine(hasLongSteps, {
    path: ['ramp', 'steps'],
    message: `are too many: each would be shorter than ${leastRampStep.toString()}`,
  });

/** Of a ramp that is as long as its fault: told at the ramp, whose steps are too many for it. */
function hasLongSteps({ ramp: steps, for: length }: Timing): boolean {
  const over = steps?.over ?? length;
  if (steps === undefined || over === undefined) return true;
  return over.nanoseconds >= steps.steps * leastRampStep.nanoseconds;
}

function isAtMost(one: Duration | undefined, most: Duration | undefined): boolean {
  return one === undefined || most === undefined || one.nanoseconds <= most.nanoseconds;
}

const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
const planName = new RegExp(`^${label}$`);
const faultName = new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`);

const plannedFault: z.ZodType<PlannedFault> = z
  .looseObject({
    name: z.string().regex(faultName, {
      message: 'must be an RFC 1123 subdomain: lower-case letters, digits, "-" and ".", at most 253',
    }),
    timing: timing.optional(),
  })
  .transform(({ name, timing: when, ...document }, context) => {
    const fault = faultOf(document, context);
    return { fault: { ...fault, name }, ...(when && { timing: when }) };
  })
  .refine(
    (planned) => planned.timing?.ramp?.of !== 'loss' || 'ratio' in (planned.fault.loss ?? { ratio: 0 }),
    {
      path: ['timing', 'ramp', 'of'],
      message: 'is loss, and the loss of this fault is a model without a ratio',
    },
  );

/** Read under another name: that of a fault alone is a DNS label. */
function faultOf(document: unknown, context: z.RefinementCtx): Fault {
  try {
    return parseFault(document, 'planned');
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    const path = error.field === undefined || error.field === 'fault' ? [] : error.field.split('.');
    context.issues.push({
      code: 'custom',
      message: error.detail.replace(`${error.field}: `, ''),
      path,
      input: document,
    });
    return z.NEVER;
  }
}

const plan = z.strictObject({
  generation: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  faults: z.array(plannedFault),
});

/**
 * Reads a plan out of JSON. `name` is the one that the caller addressed.
 *
 * @param mostFaults default 256
 * @throws PodlagError `invalid-plan`, with the field and what it should look like
 */
export function parsePlan(document: unknown, name: string, mostFaults = mostPlannedFaults): Plan {
  if (!planName.test(name)) throw invalidPlan('name', `${quote(name)} is not a DNS label`);
  assertFew(document, mostFaults);
  const result = plan.safeParse(document);
  if (!result.success) throw invalidPlanOf(result.error.issues);
  const { generation, faults } = result.data;
  assertUnique(faults);
  return { name, generation, faults };
}

/** Before each of them is parsed. */
function assertFew(document: unknown, most: number): void {
  const list = (document as { faults?: unknown } | null | undefined)?.faults;
  if (Array.isArray(list) && list.length > most)
    throw invalidPlan('faults', `${list.length} faults are more than ${most}`);
}

function assertUnique(faults: readonly PlannedFault[]): void {
  const known = new Set<string>();
  for (const [index, { fault }] of faults.entries()) {
    if (known.has(fault.name)) throw invalidPlan(`faults.${index}.name`, `${fault.name} is there twice`);
    known.add(fault.name);
  }
}

/** The plan as the document that parses to it, which is the body of its PUT; the name is in the address. */
export function planDocument({ generation, faults }: Plan): Record<string, unknown> {
  return { generation, faults: faults.map(plannedDocument) };
}

function plannedDocument({ fault, timing: when }: PlannedFault): Record<string, unknown> {
  const document = faultDocument(fault);
  if (when === undefined) return document;
  const written = { ...when, start: new Date(when.start).toISOString() };
  return { ...document, timing: JSON.parse(JSON.stringify(written)) as unknown };
}

const knownKeys = [
  ...['generation', 'faults', 'name', 'timing', 'start', 'at', 'for', 'every', 'until', 'ramp'],
  ...['of', 'from', 'to', 'steps', 'over'],
];

function invalidPlanOf(issues: readonly z.core.$ZodIssue[]): PodlagError {
  const [first, ...others] = issues.map(describeIssue);
  const [field, message] = first ?? ['plan', 'is not one'];
  const more = others.map(([otherField, otherMessage]) => `; ${otherField}: ${otherMessage}`);
  return invalidPlan(field, `${message}${more.slice(0, 10).join('')}`);
}

function describeIssue(issue: z.core.$ZodIssue): readonly [field: string, message: string] {
  const dotted = (path: readonly PropertyKey[]): string => path.map(String).join('.') || 'plan';
  if (issue.code !== 'unrecognized_keys') return [dotted(issue.path), issue.message];
  const key = issue.keys[0] ?? '';
  const message = knownKeys.includes(key)
    ? 'does not belong here'
    : `is not known.${didYouMean(key, knownKeys)}`;
  return [dotted([...issue.path, key]), message];
}

function invalidPlan(field: string, message: string): PodlagError {
  return coreErrors.error('invalid-plan', `${field}: ${message}`, { field });
}
