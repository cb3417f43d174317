import { faultSchema, type Schema } from './openapi-fault';
import { version } from './version';

/** The API's description (OpenAPI 3.1). Tests hold it against the handlers: every path, and every answer's shape. */

const text = (description: string): Schema => ({ type: 'string', description });
const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const commands = list(text('A tc(8) command, in the order in which they ran or would run.'));
const expiries: Schema = {
  type: 'object',
  additionalProperties: { type: 'string', format: 'date-time' },
  description: 'When faults go by themselves, by name; those without a ttl are not in it.',
};
const counters = object({
  bytes: count('Bytes that went through.'),
  packets: count('Packets that went through.'),
  drops: count('Packets dropped.'),
  backlogPackets: count('Packets waiting now.'),
});

const schemas: Record<string, Schema> = {
  Fault: faultSchema,
  Problem: {
    ...object(
      {
        type: text('urn:podlag:error: and the code.'),
        title: text('The same for each occurrence.'),
        status: count('HTTP status.'),
        detail: text('What is wrong with which value.'),
        code: text('Stable; match on this.'),
        hint: text('What to do next.'),
        field: text('The field or setting at fault.'),
      },
      ['field'],
    ),
    description: 'RFC 9457 problem details.',
  },
  LatencySet: object({
    'tc command': text('The command that made the difference; empty when nothing had to change.'),
    latency: text('The delay now asked for by the fault called latency.'),
  }),
  Latency: object({
    latency: text('The delay of every packet, read back from the kernel, to the microsecond.'),
    device: text('The device that is shaped.'),
    faults: list(text('Name of a fault that is set.')),
  }),
  FaultSet: object({ faults: list(ref('Fault')), expiresAt: expiries }),
  Preview: object({ dryRun: { const: true }, commands }),
  Change: object({ dryRun: { const: false }, commands, faults: list(ref('Fault')), expiresAt: expiries }),
  State: object({
    desired: ref('FaultSet'),
    observed: object({
      device: text('The device that is shaped.'),
      classes: list(text('HTB class id.')),
      filters: list({ type: 'object' }),
      qdiscs: list({ type: 'object', required: ['kind', 'handle', 'parent'] }),
    }),
    drift: list(
      object({
        what: text('Where they differ.'),
        asked: text('As asked.'),
        observed: text('As the kernel shows it.'),
      }),
    ),
    capabilities: object({
      kernel: text('As of uname -r.'),
      iproute2: text('As of tc -V.'),
      shaping: {
        oneOf: [
          object({ available: { const: true } }),
          object({
            available: { const: false },
            code: text('Error code.'),
            reason: text('The kernel’s words.'),
            hint: text('How to get it.'),
          }),
        ],
      },
    }),
    counters: object({ shaped: counters, passed: counters }),
    expiresAt: {
      type: ['string', 'null'],
      format: 'date-time',
      description: 'When the next fault goes by itself.',
    },
    survivesRestart: {
      oneOf: [
        object({ saved: { const: true } }),
        object({ saved: { const: false }, reason: text('Why not.') }),
      ],
    },
  }),
  Liveness: object({ status: { const: 'alive' } }),
  Readiness: object({ status: { const: 'ready' } }),
  NotReady: object({ status: { const: 'not ready' }, reason: text('Why, and what to do.') }),
  Version: object({ version: text('Of the agent.'), node: text('Of Node.js.') }),
};

const json = (schema: string, description: string): Schema => ({
  description,
  content: { 'application/json': { schema: ref(schema) } },
});
const problem = {
  description: 'Not done; nothing has changed.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};

const parameter = (name: string, where: string, description: string, required = true): Schema => ({
  name,
  in: where,
  required,
  description,
  schema: { type: where === 'query' ? 'boolean' : 'string' },
});
const faultName = parameter('name', 'path', 'The name of the fault, a DNS label.');
const dryRun = parameter('dryRun', 'query', 'true: answer the commands and change nothing.', false);

const changed: Schema = {
  description: 'In force: the kernel was read back. With dryRun, what would be done.',
  content: { 'application/json': { schema: { oneOf: [ref('Change'), ref('Preview')] } } },
};
const faultSetBody: Schema = {
  required: true,
  content: {
    'application/json': {
      schema: object({ faults: list(ref('Fault')), expiresAt: expiries }, ['expiresAt']),
    },
  },
};

const operation = (summary: string, ok: Schema, more: Schema = {}): Schema => ({
  summary,
  ...more,
  responses: { '200': ok, default: problem },
});

export const openapi = {
  openapi: '3.1.0',
  info: {
    title: 'podlag agent',
    version,
    description:
      'Shapes the network of the pod that it runs in. Every change is answered after the kernel has confirmed it.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  paths: {
    '/latency': {
      get: operation('The delay that is in force', json('Latency', 'Read back from the kernel.')),
    },
    '/latency/{duration}': {
      get: operation('Set a delay for everybody, or take it away with 0ms', json('LatencySet', 'In force.'), {
        parameters: [parameter('duration', 'path', 'As 20ms, 0.5ms, 250us; a bare number is milliseconds.')],
      }),
    },
    '/v1/faults': {
      get: operation('The faults that are set', json('FaultSet', 'As asked for.')),
      put: operation('Replace the whole set in one step', changed, {
        parameters: [dryRun],
        requestBody: faultSetBody,
      }),
      delete: operation('Take all faults away', changed, { parameters: [dryRun] }),
    },
    '/v1/faults/{name}': {
      get: operation('One fault', json('Fault', 'As asked for.'), { parameters: [faultName] }),
      put: operation('Set or replace one fault', changed, {
        parameters: [faultName, dryRun],
        requestBody: { required: true, content: { 'application/json': { schema: ref('Fault') } } },
      }),
      delete: operation('Take one fault away', changed, { parameters: [faultName, dryRun] }),
    },
    '/v1/state': {
      get: operation(
        'What is asked, what is observed, and where they differ',
        json('State', 'Read just now.'),
      ),
    },
    '/healthz': { get: operation('Whether the agent lives', json('Liveness', 'It does.')) },
    '/readyz': {
      get: {
        summary: 'Whether what was asked for at the start is in force',
        responses: { '200': json('Readiness', 'It is.'), '503': json('NotReady', 'It is not.') },
      },
    },
    '/metrics': {
      get: {
        summary: 'For Prometheus',
        responses: {
          '200': {
            description: 'Text exposition format.',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          default: problem,
        },
      },
    },
    '/version': { get: operation('Which version this is', json('Version', 'This one.')) },
    '/openapi.json': {
      get: operation('This description', {
        description: 'OpenAPI 3.1.',
        content: { 'application/json': { schema: { type: 'object' } } },
      }),
    },
  },
  components: { schemas },
};
