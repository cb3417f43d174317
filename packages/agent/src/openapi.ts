import { protocols } from '@podlag/core';
import { faultSchema } from './openapi-fault';
import { keySchemas, keysRequest, security, securitySchemes } from './openapi-keys';
import { planPaths, planSchemas } from './openapi-plan';
import { probeSchemas } from './openapi-probe';
import { count, list, object, ref, text, type Schema } from './openapi-schema';
import { stateSchemas } from './openapi-state';
import { version } from './version';

/** The API's description (OpenAPI 3.1). Tests hold it against the handlers: every path, and every answer's shape. */

const commands = list(text('A tc(8) command, in the order in which they ran or would run.'));
const expiries: Schema = {
  type: 'object',
  additionalProperties: { type: 'string', format: 'date-time' },
  description: 'When faults go by themselves, by name; those without a ttl are not in it.',
};
const commandCount = count('How many commands there are; the list ends after 1,000.');

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
    'tc command': text(
      'The command that made the difference to packets to nobody in particular; empty when there is none.',
    ),
    latency: text('The delay now asked for by the fault called latency.'),
  }),
  Latency: object({
    latency: text('The delay of every packet, read back from the kernel, to the microsecond.'),
    device: text('The device that is shaped.'),
    faults: list(text('Name of a fault that is set.')),
  }),
  FaultSet: object({ faults: list(ref('Fault')), expiresAt: expiries }),
  Preview: object({ dryRun: { const: true }, commands, commandCount }),
  Change: object({
    dryRun: { const: false },
    commands,
    commandCount,
    faults: list(ref('Fault')),
    expiresAt: expiries,
  }),
  ...stateSchemas,
  ...planSchemas,
  ...probeSchemas,
  ...keySchemas,
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

const inPath = (name: string, description: string): Schema => ({
  ...{ name, in: 'path', required: true, description },
  schema: { type: 'string' },
});
const inQuery = (name: string, description: string, schema: Schema = { type: 'boolean' }): Schema => ({
  ...{ name, in: 'query', required: false, description },
  schema,
});
const faultName = inPath('name', 'The name of the fault, a DNS label.');
const changeOptions = [
  inQuery('dryRun', 'true: answer the commands and change nothing.'),
  inQuery(
    'drain',
    'true: where a delay gets shorter no packet overtakes another; the answer waits for it. Absent: so while another change drains. false: at once.',
  ),
];
const port: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };

const changed: Schema = {
  description: 'In force: the kernel was read back. With dryRun, what would be done.',
  content: { 'application/json': { schema: { oneOf: [ref('Change'), ref('Preview')] } } },
};
const latencySet: Schema = {
  description: 'In force. With dryRun, what would be done.',
  content: { 'application/json': { schema: { oneOf: [ref('LatencySet'), ref('Preview')] } } },
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
      get: operation('Set a delay for everybody, or take it away with 0ms', latencySet, {
        parameters: [
          inPath('duration', 'As 20ms, 0.5ms, 250us; a bare number is milliseconds.'),
          ...changeOptions,
        ],
      }),
    },
    '/v1/faults': {
      get: operation('The faults that are set', json('FaultSet', 'As asked for.')),
      put: operation('Replace the whole set in one step', changed, {
        parameters: changeOptions,
        requestBody: faultSetBody,
      }),
      delete: operation('Take all faults away', changed, { parameters: changeOptions }),
    },
    '/v1/faults/{name}': {
      get: operation('One fault', json('Fault', 'As asked for.'), { parameters: [faultName] }),
      put: operation('Set or replace one fault', changed, {
        parameters: [faultName, ...changeOptions],
        requestBody: { required: true, content: { 'application/json': { schema: ref('Fault') } } },
      }),
      delete: operation('Take one fault away', changed, { parameters: [faultName, ...changeOptions] }),
    },
    ...planPaths,
    '/v1/state': {
      get: operation(
        'What is asked, what is observed, and where they differ',
        json('State', 'Read just now.'),
      ),
    },
    '/v1/keys': {
      get: operation('The public keys by which tokens are verified', json('TokenKeys', 'Those in force.')),
      put: operation('Replace them, with a token that may', json('TokenKeys', 'In force, and kept.'), {
        requestBody: keysRequest,
      }),
    },
    '/v1/explain': {
      get: operation(
        'Which faults a packet to or from somebody meets, and how much longer it takes',
        json('Explanation', 'By the code that shapes the packets.'),
        {
          parameters: [
            { ...inQuery('dst', 'The other end, as 10.1.2.3.', { type: 'string' }), required: true },
            inQuery('protocol', 'tcp when absent.', { enum: [...protocols] }),
            inQuery('port', 'Of the other end.', port),
            inQuery('localPort', 'Of the pod.', port),
            inQuery('direction', 'Absent: both.', { enum: ['egress', 'ingress'] }),
          ],
        },
      ),
    },
    '/v1/probes': {
      post: operation(
        'What a TCP connection to somebody takes now, measured with real packets',
        json(
          'ProbeResult',
          'Measured just now. It takes count times interval, and at most the timeout more.',
        ),
        { requestBody: { required: true, content: { 'application/json': { schema: ref('ProbeRequest') } } } },
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
  security,
  components: { schemas, securitySchemes },
};
