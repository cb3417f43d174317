import { mostPlannedFaults, plannedStates } from '@podlag/core';
import { faultSchema } from './openapi-fault';
import { count, list, object, ref, text, type Schema } from './openapi-schema';

const duration: Schema = { type: ['string', 'number'], examples: ['5s'] };
const time: Schema = { type: 'string', format: 'date-time' };
const generation: Schema = {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'A plan is not replaced by one of a lower generation.',
};

const rampOf = (of: string, quantity: Schema): Schema =>
  object(
    {
      of: { const: of },
      from: quantity,
      to: quantity,
      steps: { type: 'integer', minimum: 2, maximum: 1_000, description: 'Of one length.' },
      over: { ...duration, description: 'How long they take together; as long as for when absent.' },
    },
    ['over'],
  );

const timing: Schema = {
  ...object(
    {
      start: {
        ...time,
        description: 'What the rest counts from: one for all agents that are to do it together.',
      },
      at: { ...duration, description: 'In force from then on.' },
      for: { ...duration, description: 'For so long, at least 1ms; until until when absent.' },
      every: { ...duration, description: 'And again each such time, at least for.' },
      until: { ...duration, description: 'From then on not any more.' },
      ramp: {
        oneOf: [
          rampOf('delay', { ...duration, description: 'In place of time, or of rtt.' }),
          rampOf('loss', { type: ['string', 'number'], description: 'As 1% or 0.01.' }),
          rampOf('rate', { type: ['string', 'number'], description: 'As 10mbit.' }),
        ],
      },
    },
    ['at', 'for', 'every', 'until', 'ramp'],
  ),
  description: 'Kept by the clock of the agent, to the millisecond.',
};

const fault = faultSchema as { readonly properties: Record<string, Schema> };
const plannedFault: Schema = {
  ...faultSchema,
  properties: {
    ...fault.properties,
    name: {
      type: 'string',
      maxLength: 253,
      pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$',
      description: 'An RFC 1123 subdomain, once in the plan.',
    },
    ttl: {
      ...duration,
      description: 'Its lease: it ends when the plan and its lease have not been PUT for so long.',
    },
    timing,
  },
  required: ['name'],
  description: 'A fault as any other, but for its name and its hours.',
};

const plannedStatus = object(
  {
    name: text('As in the plan.'),
    state: { enum: [...plannedStates, 'refused'], description: 'As the kernel has it.' },
    changesAt: {
      ...time,
      description: 'When this may change next if nobody asks for anything. Absent: never.',
    },
    code: text('Of a refusal: the code of the error.'),
    detail: text('What is wrong with which value.'),
    hint: text('What to do next.'),
  },
  ['changesAt', 'code', 'detail', 'hint'],
);

/** What the calls below `/v1/plans` take and answer. */
export const planSchemas: Record<string, Schema> = {
  Plan: {
    ...object({ generation, faults: { ...list(ref('PlannedFault')), maxItems: mostPlannedFaults } }),
    description:
      'What one owner asks of the agent, whole. Its faults compose with all others that are in force.',
  },
  PlannedFault: plannedFault,
  PlanLease: object({ generation: { ...generation, description: 'The one that is held.' } }),
  PlanStatus: object({
    name: text('The owner’s.'),
    generation,
    time: { ...time, description: 'The agent’s clock at the answer.' },
    heardAt: { ...time, description: 'When the plan or its lease was PUT last.' },
    faults: list(plannedStatus),
    drift: count('In how many things the kernel is otherwise than asked by all, read for this answer.'),
  }),
  PlanList: object({ plans: list(ref('PlanStatus')) }),
};

const json = (schema: string, description: string): Schema => ({
  description,
  content: { 'application/json': { schema: ref(schema) } },
});
const body = (schema: string): Schema => ({
  required: true,
  content: { 'application/json': { schema: ref(schema) } },
});
const problem = json('Problem', 'Not done; nothing has changed.');
const responses = (ok: Schema): Schema => ({
  '200': ok,
  default: { ...problem, content: { 'application/problem+json': { schema: ref('Problem') } } },
});
const name: Schema = {
  ...{ name: 'name', in: 'path', required: true, description: 'The name of the plan, a DNS label.' },
  schema: { type: 'string' },
};
const askedGeneration: Schema = {
  ...{ name: 'generation', in: 'query', required: false, schema: { type: 'integer', minimum: 0 } },
  description: 'Refused where a higher one is held. Absent: whatever is held.',
};

/** The calls below `/v1/plans`. */
export const planPaths: Record<string, Schema> = {
  '/v1/plans': {
    get: {
      summary: 'The plans that are held, and how far they are in force',
      responses: responses(json('PlanList', 'Read just now.')),
    },
    delete: { summary: 'Take all plans away', responses: responses(json('PlanList', 'None.')) },
  },
  '/v1/plans/{name}': {
    get: {
      ...{ summary: 'One plan, and how far it is in force', parameters: [name] },
      responses: responses(json('PlanStatus', 'Read just now.')),
    },
    put: {
      ...{ summary: 'Set or replace a plan in one step', parameters: [name], requestBody: body('Plan') },
      responses: responses(json('PlanStatus', 'The kernel has confirmed what is in force of it now.')),
    },
    delete: {
      ...{ summary: 'Take a plan away; fine when there is none', parameters: [name, askedGeneration] },
      responses: responses(json('PlanList', 'Those that are left.')),
    },
  },
  '/v1/plans/{name}/lease': {
    put: {
      ...{ summary: 'Let each ttl of the plan count from now', parameters: [name] },
      requestBody: body('PlanLease'),
      responses: responses(json('PlanStatus', 'Renewed.')),
    },
  },
};
