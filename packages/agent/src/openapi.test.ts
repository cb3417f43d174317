import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

test.each<[string, string] | [string, string, unknown]>([
  ['get', '/latency/20ms'],
  ['get', '/latency'],
  ['put', '/v1/faults/a', fault],
  ['put', '/v1/faults/a?dryRun=true', fault],
  ['get', '/v1/faults/a'],
  ['get', '/v1/faults'],
  ['put', '/v1/faults', { faults: [{ name: 'b', ...fault }] }],
  ['get', '/v1/state'],
  ['delete', '/v1/faults/b'],
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

test.each([
  [fault, true],
  [{ loss: { state: { p13: '1%' } } }, true],
  [{ delay: { time: '20ms', distribution: { table: [-1, 0, 1] } } }, true],
  [{ dealy: { time: '20ms' } }, false],
  [{ delay: {} }, false],
  [{ partition: false }, false],
  [{ direction: 'up' }, false],
])('the schema of a fault and the agent agree on %j', async (document, valid) => {
  const validate = ajv.compile({ $ref: 'podlag#/components/schemas/Fault' });
  expect(validate(document)).toBe(valid);
  expect((await agent.put('/v1/faults/x?dryRun=true', document)).status).toBe(valid ? 200 : 400);
});
