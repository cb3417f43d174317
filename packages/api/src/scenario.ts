import { Duration, leastEvery, leastRampStep } from '@podlag/core';
import * as z from 'zod';
import { parseFaultSpec, type FaultSpec, type ParsedFaultSpec, type Quantity } from './fault-spec';
import { dnsLabel, durationField, objectName } from './field-schema';
import { invalidObject, parsedField } from './invalid-object';
import { leastTtl } from './life';
import { openObject, type CustomObject, type ObjectIdentity } from './object-meta';
import { rampFields, rampOf, type ParsedRamp, type RampSpec } from './ramp';
import type { ScenarioStatus } from './status';

/** What a user wants of a Scenario. */
export const scenarioStates = ['Running', 'Paused', 'Aborted'] as const;
export type ScenarioState = (typeof scenarioStates)[number];

interface StepSpec {
  readonly name?: string;
  readonly at?: Quantity;
  readonly for?: Quantity;
  readonly every?: Quantity;
  readonly ramp?: RampSpec;
  readonly networkFault?: string;
  readonly latencyMatrix?: string;
  readonly fault?: FaultSpec;
}

interface ScenarioSpec {
  readonly state?: ScenarioState;
  readonly duration?: Quantity;
  readonly ttl?: Quantity;
  readonly steps: readonly StepSpec[];
}

/** Faults on a timeline. */
export type Scenario = CustomObject<ScenarioSpec, ScenarioStatus>;

/** What a step puts in force: a template by its name in the same namespace, or a fault of its own. */
export type StepAction =
  | { readonly kind: 'networkFault'; readonly name: string }
  | { readonly kind: 'latencyMatrix'; readonly name: string }
  | { readonly kind: 'fault'; readonly fault: ParsedFaultSpec };

export interface ParsedStep {
  /** A DNS label, unique in the scenario; `step-3` where the third has none. */
  readonly name: string;
  /** After the start of the scenario. */
  readonly at: Duration;
  /** Absent: to the end of the scenario. */
  readonly for?: Duration | undefined;
  /** At least `for` and core's `leastEvery`. Absent: once. */
  readonly every?: Duration | undefined;
  readonly ramp?: ParsedRamp | undefined;
  readonly what: StepAction;
}

/** A Scenario's spec as values. */
export interface ParsedScenario extends ObjectIdentity {
  readonly state: ScenarioState;
  /** When all of it ends. Absent: when its last step does. */
  readonly duration?: Duration | undefined;
  /**
   * The lease of each agent: gone when nothing was heard of the controller for so long. Absent: the whole length, so that it
   * goes on without one; an hour where it has no end.
   */
  readonly ttl?: Duration | undefined;
  readonly steps: readonly ParsedStep[];
}

/** How many steps a scenario may have. */
export const mostSteps = 32;

/** What a step is called that has no name. Given to another it would make two of them one. */
export const stepNumberPattern = '^step-[0-9]+$';

const givenName = dnsLabel.refine((name) => !new RegExp(stepNumberPattern).test(name), {
  message: 'is what a step without a name is called, step- and its number: take another, or none',
});

const positive = durationField('1ms').optional();

const actions = ['networkFault', 'latencyMatrix', 'fault'] as const;

const step = z
  .strictObject({
    name: givenName.optional(),
    at: durationField('0ms').default(Duration.zero),
    ...{ for: positive, every: durationField(leastEvery.toString()).optional() },
    ramp: rampFields.optional(),
    ...{ networkFault: objectName.optional(), latencyMatrix: objectName.optional() },
    fault: z.unknown().optional(),
  })
  .refine((value) => actions.filter((action) => value[action] !== undefined).length === 1, {
    message: 'takes exactly one of networkFault, latencyMatrix and fault',
  })
  .refine(
    ({ every, for: length }) => every === undefined || (length !== undefined && isWithin(length, every)),
    {
      path: ['every'],
      message: 'needs a for beside it, and must be at least as long: it begins again when it has ended',
    },
  )
  .refine(({ ramp, for: length }) => ramp === undefined || (length ?? ramp.over) !== undefined, {
    path: ['ramp'],
    message: 'needs over, or a for in its step: without either it has no end',
  })
  .refine(({ ramp, for: length }) => !ramp?.over || !length || isWithin(ramp.over, length), {
    path: ['ramp', 'over'],
    message: 'must be at most as long as for',
  })
  // An agent refuses a plan with such a ramp as a whole, and with it what other objects ask of the pod.
  .refine(({ ramp, for: length }) => !ramp || hasLongSteps(ramp.steps, ramp.over ?? length), {
    path: ['ramp', 'steps'],
    message: `are too many: each would be shorter than ${leastRampStep.toString()}`,
  });

const schema = z
  .strictObject({
    state: z.enum(scenarioStates).default('Running'),
    duration: positive,
    ttl: durationField(leastTtl).optional(),
    steps: z.array(step).min(1).max(mostSteps),
  })
  .superRefine(({ duration, steps }, context) => {
    const late = duration ? steps.findIndex(({ at }) => isWithin(duration, at)) : -1;
    if (late < 0) return;
    const message = 'is not before the end, which duration says: it would never be in force';
    context.addIssue({ code: 'custom', path: ['steps', late, 'at'], message });
  });

function hasLongSteps(steps: number, over: Duration | undefined): boolean {
  return over === undefined || over.nanoseconds >= steps * leastRampStep.nanoseconds;
}

function isWithin(one: Duration, other: Duration): boolean {
  return one.nanoseconds <= other.nanoseconds;
}

/** @throws PodlagError `invalid-object` with the field */
export function parseScenario(object: unknown): ParsedScenario {
  const { identity, spec } = openObject(object, 'Scenario');
  const { state, duration, ttl, steps } = parsedField(schema, spec, 'spec');
  const parsed = steps.map((each, index) => stepOf(each, index));
  const names = parsed.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) throw invalidObject(`spec.steps[${twice}].name`, `${names[twice] ?? ''} is there twice`);
  return { ...identity, state, duration, ttl, steps: parsed };
}

function stepOf(fields: z.output<typeof step>, index: number): ParsedStep {
  const { name = `step-${index + 1}`, at, for: length, every, ramp } = fields;
  const field = `spec.steps[${index}]`;
  const what = actionOf(fields, field);
  const parsedRamp = ramp && rampOf(ramp, what.kind === 'latencyMatrix', `${field}.ramp`);
  if (
    parsedRamp?.of === 'loss' &&
    what.kind === 'fault' &&
    !('ratio' in (what.fault.effects.loss ?? { ratio: 0 }))
  )
    throw invalidObject(`${field}.ramp`, 'is of loss, and the loss of this fault is a model without a ratio');
  return { name, at, for: length, every, what, ramp: parsedRamp };
}

function actionOf({ networkFault, latencyMatrix, fault }: z.output<typeof step>, field: string): StepAction {
  if (networkFault !== undefined) return { kind: 'networkFault', name: networkFault };
  if (latencyMatrix !== undefined) return { kind: 'latencyMatrix', name: latencyMatrix };
  return { kind: 'fault', fault: parseFaultSpec(fault, `${field}.fault`) };
}
