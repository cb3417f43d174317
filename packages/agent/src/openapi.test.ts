import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFault, parsePlan } from '@podlag/core';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { routesOf, type AppParts } from './app';
import { openapi } from './openapi';
import { startTestAgent, type CallOptions, type TestAgent } from './testing';

const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
ajv.addSchema({ $id: 'podlag', ...openapi });

let agent: TestAgent;
beforeAll(async () => (agent = await startTestAgent()));
afterAll(() => agent.agent.close());

const described = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method} ${path}`),
);

test('each call of the API is described, and nothing else is', () => {
  // The handlers are not called: only where they hang is asked.
  const routes = routesOf({} as unknown as AppParts).map(
    ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
  );
  expect([...routes, 'get /metrics'].sort()).toEqual([...described].sort());
});

test('docs/api/agent.openapi.json is up to date; if not: pnpm generate', () => {
  const file = join(__dirname, '../../../docs/api/agent.openapi.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(openapi)));
});

const fault = { delay: { time: '20ms', jitter: '1ms' }, loss: { gemodel: { p: '1%' } }, ttl: '5m' };

const planned = {
  generation: 4,
  faults: [
    { name: 'a.networkfault', ...fault },
    {
      ...{ name: 'b.networkfault', delay: { time: '5ms' } },
      timing: { start: '2026-11-20T13:00:00+01:00', at: '1s', for: 1_000, every: '2s', until: '1h' },
    },
    {
      name: 'c.networkfault',
      reorder: { ratio: '1%', gap: 5 },
      duplicate: { ratio: '1%' },
      delay: { time: '5ms' },
    },
  ],
};

test.each<[string, string] | [string, string, unknown]>([
  ['get', '/latency/20ms'],
  ['get', '/latency'],
  ['put', '/v1/faults/a', fault],
  ['put', '/v1/faults/a?dryRun=true', fault],
  ['get', '/v1/faults/a'],
  ['get', '/v1/faults'],
  ['put', '/v1/faults', { faults: [{ name: 'b', ...fault }] }],
  [
    'put',
    '/v1/faults/shaped',
    { rate: '10mbit', direction: 'both', to: [{ ports: [80] }], delay: { rtt: '4ms' } },
  ],
  ['put', '/v1/plans/controller', planned],
  ['get', '/v1/plans/controller'],
  ['get', '/v1/plans'],
  ['put', '/v1/plans/controller/lease', { generation: 4 }],
  ['put', '/v1/plans/controller/lease', { generation: 5 }],
  ['get', '/v1/plans/nobody'],
  ['get', '/v1/state'],
  ['post', '/v1/probes', { dst: '127.0.0.1', count: 2, interval: '1ms' }],
  ['post', '/v1/probes', { dst: 'somewhere' }],
  ['get', '/v1/explain?dst=10.1.2.3&port=2379'],
  ['get', '/v1/explain?dst=fd00::1&protocol=icmp&direction=ingress'],
  ['get', '/v1/explain?dst=somewhere'],
  ['get', '/v1/keys'],
  ['put', '/v1/keys', { generation: 1, keys: [] }],
  ['delete', '/v1/faults/b'],
  ['delete', '/v1/plans/controller?generation=4'],
  ['delete', '/v1/plans'],
  ['delete', '/v1/faults'],
  ['get', '/healthz'],
  ['get', '/readyz'],
  ['get', '/version'],
  ['get', '/openapi.json'],
  ['get', '/latency/abc'],
  ['get', '/v1/faults/none'],
  ['put', '/v1/faults/a', { delay: { time: 'x' } }],
])('%s %s answers as described', async (...row) => {
  const [method, path, body] = row;
  const headers = { 'content-type': 'application/json' };
  const answer = await agent.call(path, {
    method: method.toUpperCase(),
    headers,
    body: body && JSON.stringify(body),
  } as CallOptions);
  const template = path
    .replace(/\?.*/, '')
    .replace(/\/v1\/plans\/[^/]+/, '/v1/plans/{name}')
    .replace(/(\/latency|\/v1\/faults)\/.+/, (_, base: string) =>
      base === '/latency' ? '/latency/{duration}' : '/v1/faults/{name}',
    );
  const type = answer.headers['content-type']!.split(';')[0]!;
  const status = answer.status === 200 ? '200' : 'default';
  const pointer = ['paths', template, method, 'responses', status, 'content', type, 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = ajv.compile({ $ref: `podlag#/${pointer}` });
  validate(answer.body);
  expect(validate.errors).toBeNull();
});

const delayed = (table: readonly number[]): object => ({
  delay: { time: '20ms', jitter: '1ms', distribution: { table } },
});
const many = (count: number, item: unknown): readonly unknown[] => Array.from({ length: count }, () => item);

// On either side of each bound: the one that the schema and the parser have must be the same.
test.each([
  ['the least of a table', delayed([-4, 0]), delayed([-4.0001, 0])],
  ['the most of a table', delayed([0, 3.9998]), delayed([0, 3.9999])],
  ['the length of a table', delayed([...many(16_384, 0)] as number[]), delayed(many(16_385, 0) as number[])],
  ['the shortest table', delayed([0, 0]), delayed([0])],
  [
    'the targets of to',
    { partition: true, to: many(65_536, { protocol: 'tcp' }) },
    { partition: true, to: many(65_537, { protocol: 'tcp' }) },
  ],
  [
    'the targets of except',
    { partition: true, except: many(65_536, { protocol: 'tcp' }) },
    { partition: true, except: many(65_537, { protocol: 'tcp' }) },
  ],
  ['how many ports', portsOf(many(64, 1)), portsOf(many(65, 1))],
  ['the lowest port', portsOf([1]), portsOf([0])],
  ['the highest port', portsOf([65_535]), portsOf([65_536])],
  ['a port in words', portsOf(['80-90']), portsOf(['http'])],
  ['the gap', reordered({ gap: 1_000_000 }), reordered({ gap: 1_000_001 })],
  [
    'the seed',
    { loss: { ratio: '1%' }, seed: Number.MAX_SAFE_INTEGER },
    { loss: { ratio: '1%' }, seed: Number.MAX_SAFE_INTEGER + 1 },
  ],
])('the schema of a fault and the parser draw one line: %s', (_, within, beyond) => {
  const validate = ajv.compile({ $ref: 'podlag#/components/schemas/Fault' });
  expect([validate(within), validate(beyond)]).toEqual([true, false]);
  expect(() => parseFault(within, 'x')).not.toThrow();
  expect(() => parseFault(beyond, 'x')).toThrow();
});

function portsOf(ports: readonly unknown[]): object {
  return { partition: true, to: [{ ports }] };
}

function reordered(more: object): object {
  return { delay: { time: '1ms' }, reorder: { ratio: '1%', ...more } };
}

test.each([
  [fault, true],
  [{ loss: { state: { p13: '1%' } } }, true],
  [delayed([-1, 0, 1]), true],
  [{ delay: { time: '20ms', distribution: 'normal' } }, false],
  [{ delay: { time: '20ms', correlation: '1%' } }, false],
  [{ dealy: { time: '20ms' } }, false],
  [{ delay: { rtt: '20ms' } }, true],
  [{ delay: { rtt: '20ms', time: '20ms' } }, false],
  [{ partition: true, to: [{ ports: ['80-90'] }, { protocol: 'icmp' }] }, true],
  [{ partition: true, to: [{}] }, false],
  [{ delay: {} }, false],
  [{ partition: false }, false],
  [{ direction: 'up' }, false],
])('the schema of a fault and the agent agree on %j', async (document, valid) => {
  const validate = ajv.compile({ $ref: 'podlag#/components/schemas/Fault' });
  expect(validate(document)).toBe(valid);
  expect((await agent.put('/v1/faults/x?dryRun=true', document)).status).toBe(valid ? 200 : 400);
});

const timed = (timing: object): object => ({
  generation: 0,
  faults: [{ name: 'a', partition: true, timing: { start: '2026-11-20T12:00:00Z', ...timing } }],
});
const ramp = { of: 'loss', from: 0, to: '5%', steps: 2 };

test.each<[object, boolean]>([
  [planned, true],
  [timed({ for: '1s', ramp }), true],
  [timed({ for: '1s', ramp: { ...ramp, steps: 1 } }), false],
  [timed({ for: '1s', ramp: { ...ramp, of: 'jitter' } }), false],
  [timed({ start: 'noon' }), false],
  [timed({ form: '1s' }), false],
  [{ generation: 0, faults: [{ name: 'A', partition: true }] }, false],
  [{ generation: 0, faults: [{ partition: true }] }, false],
  [{ generation: -1, faults: [] }, false],
  [{ faults: [] }, false],
  [{ generation: 0, faults: many(257, { name: 'a', partition: true }) }, false],
])('the schema of a plan and the parser agree on %j', (document, valid) => {
  const validate = ajv.compile({ $ref: 'podlag#/components/schemas/Plan' });
  expect(validate(document)).toBe(valid);
  if (valid) expect(() => parsePlan(document, 'controller')).not.toThrow();
  else expect(() => parsePlan(document, 'controller')).toThrow();
});
