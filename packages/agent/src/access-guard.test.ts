import { createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyRing, signToken, type SignOptions, type TokenScope } from '@podlag/access';
import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { AgentKeys } from './agent-keys';
import { startTestAgent, type CallOptions, type Reply, type TestAgent } from './testing';

const ring = KeyRing.generate(new FakeClock().date);
const env = {
  PODLAG_ACCESS: 'token',
  PODLAG_TOKEN_KEYS: JSON.stringify(ring.publicKeys.document()),
  PODLAG_POD_NAMESPACE: 'shop',
  PODLAG_POD_NAME: 'tikv-0',
};
const wholeNamespace: TokenScope = { namespace: 'shop' };

const started: TestAgent[] = [];
const start = async (before?: TestAgent): Promise<TestAgent> => {
  const agent = await startTestAgent({
    env,
    ...(before && { driver: before.driver, clock: before.clock, runDirectory: before.runDirectory }),
  });
  started.push(agent);
  return agent;
};
/** The same pod, the agent's container started anew, with the environment that the pod was created with. */
const restart = async (before: TestAgent): Promise<TestAgent> => {
  await before.agent.close();
  return start(before);
};
let agent: TestAgent;
beforeEach(async () => (agent = await start()));
afterEach(async () => {
  for (const { agent: one } of started.splice(0)) await one.close();
});

const tokenOf = (scope: TokenScope, options: Partial<SignOptions> = {}, by = ring): Promise<string> =>
  signToken(by, scope, { now: agent.clock.date, ...options });
const bearing = (token: string, options: CallOptions = {}): CallOptions => ({
  ...options,
  headers: { 'content-type': 'application/json', ...options.headers, authorization: `Bearer ${token}` },
});
const faultNames = async (): Promise<unknown> =>
  ((await agent.call('/v1/faults')).body as { faults: { name: string }[] }).faults.map(({ name }) => name);

const delay = JSON.stringify({ delay: { time: '5ms' } });
const changingCalls: ([string, string] | [string, string, string])[] = [
  ['GET', '/latency/20ms'],
  ['GET', '/LATENCY/20ms/'],
  ['GET', '/latency/20ms?dryRun=true'],
  ['HEAD', '/latency/20ms'],
  ['PUT', '/v1/faults/a', delay],
  ['PUT', '/v1/faults', '{"faults":[]}'],
  ['DELETE', '/v1/faults/a'],
  ['DELETE', '/v1/faults'],
  ['POST', '/v1/probes', '{"dst":"127.0.0.1"}'],
  ['PUT', '/v1/keys', '{"generation":1,"keys":[]}'],
  ['PATCH', '/nowhere'],
];

test.each(changingCalls)('%s %s needs a token', async (...row) => {
  const [method, path, body] = row;
  const options = { method, headers: { 'content-type': 'application/json' }, ...(body && { body }) };
  const reply = await agent.call(path, options);
  expect(reply.status).toBe(401);
  expect(reply.headers['www-authenticate']).toBe('Bearer realm="podlag-agent"');
  if (method === 'HEAD') return;
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect(reply.body).toMatchObject({ status: 401, code: 'token-missing', hint: expect.any(String) });
  expect(await faultNames()).toEqual([]);
});

test.each([
  '/latency',
  '/v1/faults',
  '/v1/state',
  '/v1/explain?dst=10.1.2.3',
  '/v1/keys',
  '/healthz',
  '/readyz',
  '/metrics',
  '/version',
  '/openapi.json',
])('GET %s needs none', async (path) => {
  expect((await agent.call(path)).status).toBe(200);
});

test('a token that is good for the pod changes what an agent in open mode lets anybody change', async () => {
  const token = await tokenOf({ namespace: 'shop', pods: ['tikv-0'] });
  const replies = [
    await agent.call('/latency/20ms', bearing(token)),
    await agent.call('/v1/faults/a', bearing(token, { method: 'PUT', body: delay })),
    await agent.call('/v1/faults/latency', bearing(token, { method: 'DELETE' })),
  ];
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await faultNames()).toEqual(['a']);
});

test.each<[string, (token: string) => Record<string, string>, number]>([
  ['in Authorization', (token) => ({ authorization: `Bearer ${token}` }), 200],
  [
    'in the header for calls by way of the API server',
    (token) => ({ 'podlag-authorization': `Bearer ${token}` }),
    200,
  ],
  [
    'beside the credentials of a proxy',
    (token) => ({ authorization: 'Basic eDp5', 'podlag-authorization': `Bearer ${token}` }),
    200,
  ],
  ['with the scheme in any case', (token) => ({ authorization: `bEARER  ${token}` }), 200],
  ['with another scheme', (token) => ({ authorization: `Basic ${token}` }), 401],
  ['in a cookie', (token) => ({ cookie: `token=${token}` }), 401],
])('a token %s', async (_, headersOf, status) => {
  const headers = { 'content-type': 'application/json', ...headersOf(await tokenOf(wholeNamespace)) };
  expect((await agent.call('/v1/faults/a', { method: 'PUT', body: delay, headers })).status).toBe(status);
});

describe('refused, with the reason, and nothing is changed: a token', () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { kid, jwk } = ring.signing;
  const header = { alg: 'EdDSA', kid, typ: 'JWT' };
  const claims = (): Record<string, unknown> => {
    const seconds = agent.clock.now() / 1_000;
    return {
      ...{ iss: 'podlag', aud: 'podlag-agent', iat: seconds, nbf: seconds, exp: seconds + 60 },
      namespace: 'shop',
    };
  };
  const ringKey = createPrivateKey({ format: 'jwk', key: { ...jwk } });
  const handmade = (head: object, body: object, key = ringKey): string => {
    const signed = `${part(head)}.${part(body)}`;
    return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
  };
  const hmac = (): string => {
    const secret = Buffer.from(jwk.x, 'base64url');
    const signed = `${part({ ...header, alg: 'HS256' })}.${part(claims())}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const ago = (ms: number): Partial<SignOptions> => ({ now: new Date(agent.clock.now() - ms) });

  test('(the one that the others are made from is good)', async () => {
    const token = handmade(header, claims());
    expect((await agent.call('/latency/20ms', bearing(token))).status).toBe(200);
  });

  test.each<[string, () => Promise<string> | string, number, string]>([
    ['for another namespace', () => tokenOf({ namespace: 'other' }), 403, 'token-elsewhere'],
    [
      'of another pod, replayed',
      () => tokenOf({ namespace: 'shop', pods: ['tikv-1'] }),
      403,
      'token-elsewhere',
    ],
    ['that has expired', () => tokenOf(wholeNamespace, ago(306_000)), 401, 'token-expired'],
    ['that is not yet valid', () => tokenOf(wholeNamespace, ago(-6_000)), 401, 'token-not-yet-valid'],
    [
      'of a key that is unknown',
      () => tokenOf(wholeNamespace, {}, KeyRing.generate(new Date())),
      401,
      'token-invalid',
    ],
    [
      'of another key under the same kid',
      () => handmade(header, claims(), generateKeyPairSync('ed25519').privateKey),
      401,
      'token-invalid',
    ],
    ['with alg none', () => `${part({ ...header, alg: 'none' })}.${part(claims())}.`, 401, 'token-invalid'],
    ['with alg HS256 and the public key as secret', hmac, 401, 'token-invalid'],
    ['for another audience', () => handmade(header, { ...claims(), aud: 'api' }), 401, 'token-invalid'],
    ['of another issuer', () => handmade(header, { ...claims(), iss: 'x' }), 401, 'token-invalid'],
    ['that is garbage', () => 'garbage', 401, 'token-invalid'],
    ['that is empty', () => '', 401, 'token-missing'],
    ['that is huge', () => 'x'.repeat(10_000), 401, 'token-invalid'],
  ])('%s', async (_, make, status, code) => {
    const reply = await agent.call('/v1/faults/a', bearing(await make(), { method: 'PUT', body: delay }));
    expect(reply.body).toMatchObject({ status, code, detail: expect.any(String), hint: expect.any(String) });
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.headers['www-authenticate'] === undefined).toBe(status === 403);
    expect(await faultNames()).toEqual([]);
  });

  test('that is larger than an HTTP header may be ends the call, not the agent', async () => {
    expect((await agent.call('/latency/20ms', bearing('x'.repeat(20_000)))).status).toBe(431);
    expect((await agent.call('/healthz')).status).toBe(200);
  });
});

test('who has no token is not read: a body of any size is refused for the token', async () => {
  const reply = await agent.call('/v1/faults', {
    method: 'PUT',
    body: '[' + '1,'.repeat(5_000_000),
    headers: { 'content-type': 'application/json' },
  });
  expect(reply).toMatchObject({ status: 401, body: { code: 'token-missing' } });
});

describe('keys', () => {
  const putKeys = async (generation: number, of: KeyRing, by: KeyRing): Promise<Reply> => {
    const token = await tokenOf({ namespace: 'shop', keys: true }, {}, by);
    const body = JSON.stringify({ generation, ...of.publicKeys.document() });
    return agent.call('/v1/keys', bearing(token, { method: 'PUT', body }));
  };
  const worksWith = async (by: KeyRing): Promise<boolean> => {
    const token = await tokenOf(wholeNamespace, {}, by);
    const { status } = await agent.call('/latency/20ms', bearing(token));
    return status === 200;
  };

  test('are rotated without a restart: the old key is good until it is taken away', async () => {
    const waiting = ring.withNext(agent.clock.date);
    const promoted = waiting.promoted();
    expect(await worksWith(promoted)).toBe(false);
    expect((await putKeys(1, waiting, ring)).status).toBe(200);
    expect([await worksWith(ring), await worksWith(promoted)]).toEqual([true, true]);
    expect((await putKeys(2, promoted.pruned(), promoted)).status).toBe(200);
    expect([await worksWith(ring), await worksWith(promoted)]).toEqual([false, true]);
    expect((await agent.call('/v1/keys')).body).toEqual({
      generation: 2,
      ...promoted.pruned().publicKeys.document(),
    });
  });

  test('are kept over a restart: the key of the environment does not come back', async () => {
    const rotated = ring.withNext(agent.clock.date).promoted().pruned();
    expect((await putKeys(7, rotated, ring)).status).toBe(200);
    agent = await restart(agent);
    expect([await worksWith(ring), await worksWith(rotated)]).toEqual([false, true]);
    expect((await agent.call('/v1/keys')).body).toMatchObject({ generation: 7 });
  });

  test('of an older generation are refused; those of the same one are not', async () => {
    const waiting = ring.withNext(agent.clock.date);
    await putKeys(5, waiting, ring);
    expect(await putKeys(4, ring, ring)).toMatchObject({ status: 409, body: { code: 'stale-generation' } });
    expect(await worksWith(waiting.promoted())).toBe(true);
    expect((await putKeys(5, waiting, ring)).status).toBe(200);
  });

  test('are replaced only with a token that says so', async () => {
    const token = await tokenOf(wholeNamespace);
    const body = JSON.stringify({ generation: 1, ...ring.withNext(new Date()).publicKeys.document() });
    for (const path of ['/v1/keys', '/V1/Keys/']) {
      const reply = await agent.call(path, bearing(token, { method: 'PUT', body }));
      expect(reply).toMatchObject({ status: 403, body: { code: 'token-without-scope' } });
    }
    expect((await agent.call('/v1/keys')).body).toMatchObject({ generation: 0 });
  });

  test.each<[string, unknown, string]>([
    ['no key, which would lock everybody out', { generation: 1, keys: [] }, 'invalid-keys'],
    ['a private key', { generation: 1, ...ring.document() }, 'invalid-keys'],
    ['no generation', ring.publicKeys.document(), 'malformed-request'],
    ['a generation below zero', { generation: -1, ...ring.publicKeys.document() }, 'malformed-request'],
  ])('%s: refused, and the keys are what they were', async (_, document, code) => {
    const token = await tokenOf({ namespace: 'shop', keys: true });
    const body = JSON.stringify(document);
    const reply = await agent.call('/v1/keys', bearing(token, { method: 'PUT', body }));
    expect(reply).toMatchObject({ status: 400, body: { code } });
    expect(JSON.stringify(reply.body)).not.toContain(ring.signing.jwk.d);
    expect(await worksWith(ring)).toBe(true);
  });

  test('that cannot be kept are not in force either, or a restart would bring the old ones back unnoticed', async () => {
    // A directory where the file is to be written: also root cannot.
    await mkdir(join(agent.runDirectory, 'keys.json.new'));
    const next = ring.withNext(agent.clock.date);
    expect(await putKeys(1, next, ring)).toMatchObject({ status: 500, body: { code: 'keys-not-kept' } });
    expect(await worksWith(next.promoted())).toBe(false);
  });

  test('that were kept and cannot be read give way to those of the pod, so that nobody is locked out', async () => {
    await putKeys(3, ring.withNext(agent.clock.date), ring);
    const path = join(agent.runDirectory, 'keys.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ generation: 3 });
    await writeFile(path, '{');
    agent = await restart(agent);
    expect(await worksWith(ring)).toBe(true);
  });
});

test('kept keys that cannot be read are an error in the log, with its code', async () => {
  const path = join(agent.runDirectory, 'keys.json');
  await mkdir(path);
  const lines: string[] = [];
  const logger = createLogger('agent', 'info', { write: (line) => lines.push(line) });
  const { inForce } = await AgentKeys.open(path, ring.publicKeys, logger);
  expect(inForce).toEqual({ generation: 0, keys: ring.publicKeys });
  expect(JSON.parse(lines.join(''))).toMatchObject({
    ...{ level: 'error', code: 'keys-unreadable', path },
    msg: expect.stringContaining('EISDIR'),
  });
});

test('an agent in open mode asks for nothing, and has no use for keys', async () => {
  const open = await startTestAgent();
  started.push(open);
  expect((await open.call('/latency/20ms')).status).toBe(200);
  expect((await open.call('/v1/keys')).body).toEqual({ generation: 0, keys: [] });
  const reply = await open.put('/v1/keys', { generation: 1, ...ring.publicKeys.document() });
  expect(reply).toMatchObject({ status: 409, body: { code: 'access-open' } });
});

test.each(['PODLAG_TOKEN_KEYS', 'PODLAG_POD_NAMESPACE', 'PODLAG_POD_NAME'])(
  'token mode without %s does not start',
  async (name) => {
    const rest = Object.fromEntries(Object.entries(env).filter(([other]) => other !== name));
    await expect(startTestAgent({ env: rest })).rejects.toMatchObject({
      code: 'invalid-config',
      detail: expect.stringContaining(`${name} `),
    });
  },
);
