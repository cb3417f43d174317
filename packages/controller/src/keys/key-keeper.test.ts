import { KeyRing, tokenConfigMap, tokenSecret } from '@podlag/access';
import { startTestAgent, type TestAgent } from '@podlag/agent/testing';
import { AgentClient, httpTransport, type AgentTransport, type Authorize } from '@podlag/client';
import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { configMaps, secrets } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { until } from '../../test/until';
import type { KeyHolder } from './bring-keys';
import { KeyKeeper } from './key-keeper';
import { stragglersMs } from './rotation';

const namespace = 'podlag-system';
const secretRef = { namespace, name: tokenSecret.name };
const day = 86_400_000;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function bed({ isBare = false, isAway = false } = {}) {
  const api = new FakeKubeApi();
  if (isAway) api.startOutage();
  const clock = new FakeClock();
  const agents: KeyHolder[] = [];
  if (!isBare) {
    // As deploy/ makes them.
    api.seed(secrets, { metadata: secretRef, type: 'Opaque' });
    api.seed(configMaps, { metadata: { namespace, name: tokenConfigMap.name } });
  }
  const keeper = new KeyKeeper({
    ...{ api, clock, namespace, logger: createLogger('controller', 'silent') },
    keyLifeMs: 30 * day,
    agents: () => agents,
  });
  closers.push(() => keeper.close());
  const ringIfAny = () => KeyRing.fromSecret(api.stored(secrets, secretRef));
  const ring = () => {
    const stored = ringIfAny();
    if (stored === undefined) throw new Error('the Secret is empty');
    return stored;
  };
  const published = () =>
    api.stored(configMaps, { namespace, name: tokenConfigMap.name }).data?.[tokenConfigMap.key] ?? '';
  /** What agents were sent. */
  const tokens: string[] = [];
  return { api, clock, agents, keeper, ring, ringIfAny, published, tokens };
}

/** An agent in token mode that knows the keys of `ring`. */
function tokenAgent(
  given: ReturnType<typeof bed>,
  ring: KeyRing,
  by?: (way: AgentTransport) => AgentTransport,
): Promise<TestAgent> {
  const env = {
    ...{ PODLAG_ACCESS: 'token', PODLAG_POD_NAMESPACE: 'shop', PODLAG_POD_NAME: 'web-1' },
    PODLAG_TOKEN_KEYS: JSON.stringify(ring.publicKeys.document()),
  };
  return agentWith(given, env, by);
}

async function agentWith(
  given: ReturnType<typeof bed>,
  env: Record<string, string>,
  by = (way: AgentTransport) => way,
): Promise<TestAgent> {
  const agent = await startTestAgent({ clock: given.clock, env });
  closers.push(() => agent.agent.close());
  const transport = httpTransport('127.0.0.1', agent.agent.port);
  closers.push(() => transport.close());
  const clientWith = (authorize: Authorize) =>
    new AgentClient(by(transport), {
      authorize: async () => {
        const token = await authorize();
        given.tokens.push(token ?? '');
        return token;
      },
    });
  const client = clientWith(() => given.keeper.tokenFor({ namespace: 'shop', pods: ['web-1'] }));
  const id = `agent-${given.agents.length}`;
  given.agents.push({ ...{ id, namespace: 'shop', name: 'web-1' }, client, clientWith });
  return agent;
}

const kidsAt = async (agent: TestAgent) =>
  ((await agent.call('/v1/keys')).body as { keys: readonly { kid: string }[] }).keys.map(({ kid }) => kid);

test('where there are no keys the leader makes them, and publishes their public half alone', async () => {
  const given = bed();
  expect(given.keeper.blocker).toMatch('not read yet');
  given.keeper.lead();
  await until(() => given.published() !== '');
  expect(given.keeper.blocker).toBeUndefined();
  expect(JSON.parse(given.published())).toEqual(given.ring().publicKeys.document());
  expect(given.published()).not.toContain('"d"');
});

test('one that does not lead makes none, waits for it without being in anybody’s way, and signs with those that are there', async () => {
  const given = bed();
  expect(given.keeper.blocker).toMatch('not read yet');
  await given.api.settled();
  expect(given.keeper.blocker).toBeUndefined();
  expect(await given.keeper.tokenFor({ namespace: 'shop' })).toBeUndefined();
  const ring = KeyRing.generate(given.clock.date);
  const value = Buffer.from(JSON.stringify(ring.document())).toString('base64');
  given.api.seed(secrets, { metadata: secretRef, data: { [tokenSecret.key]: value } });
  await until(async () => (await given.keeper.tokenFor({ namespace: 'shop' })) !== undefined);
  expect(given.api.calls.map(({ verb }) => verb)).toEqual(['watch']);
});

test('keys are replaced without a restart: every agent has the next before it signs, and loses the old one after its last token', async () => {
  const given = bed();
  given.keeper.lead();
  await until(() => given.published() !== '');
  const first = given.ring().signing.kid;
  const agent = await tokenAgent(given, given.ring());
  given.clock.advance(30 * day);
  await until(async () => (await kidsAt(agent)).length === 2);
  await until(() => given.clock.nextAt);
  await until(() => {
    given.clock.advance(10_000);
    return given.ring().signing.kid !== first;
  });
  expect(given.ring().keys.map(({ kid }) => kid)).toContain(first);
  given.clock.advance(stragglersMs);
  await until(async () => {
    given.clock.advance(60_000);
    return (await kidsAt(agent)).length === 1;
  });
  expect(await kidsAt(agent)).toEqual([given.ring().signing.kid]);
  expect(given.ring().signing.kid).not.toBe(first);
});

/** A keeper whose first key has been replaced as the one that signs. */
async function rotatedOnce() {
  const given = bed();
  given.keeper.lead();
  await until(() => given.published() !== '');
  const before = given.ring();
  given.clock.advance(30 * day);
  await until(() => {
    given.clock.advance(10_000);
    return given.ring().signing.kid !== before.signing.kid;
  });
  return { given, before };
}

test('an agent that was made before the new key and is reached after it gets it by the old one, and takes plans again', async () => {
  const { given, before } = await rotatedOnce();
  const agent = await tokenAgent(given, before);
  const { client } = given.agents[0]!;
  await expect(client.putPlan('controller', { generation: 1, faults: [] })).rejects.toMatchObject({
    code: 'token-invalid',
  });
  await until(async () => {
    given.clock.advance(10_000);
    return (await kidsAt(agent)).includes(given.ring().signing.kid);
  });
  await client.putPlan('controller', { generation: 1, faults: [] });
  const claims = given.tokens.map(
    (token) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object,
  );
  const scope = { namespace: 'shop', pods: ['web-1'] };
  expect(claims).toMatchObject([scope, { ...scope, keys: true }, scope]);
});

test('an agent that knows none of the keys is told as lost, and holds up no rotation', async () => {
  const given = bed();
  given.keeper.lead();
  await until(() => given.published() !== '');
  await tokenAgent(given, KeyRing.generate(given.clock.date));
  const refusal = { code: 'token-invalid', detail: 'no', hint: 'ask again' };
  expect(given.keeper.explained('agent-0', refusal)).toBe(refusal);
  await until(() => {
    given.clock.advance(10_000);
    return given.keeper.explained('agent-0', refusal).code === 'keys-lost';
  });
  expect(given.keeper.explained('agent-1', refusal)).toBe(refusal);
  const first = given.ring().signing.kid;
  given.clock.advance(30 * day);
  await until(() => given.ring().hasNext || given.ring().signing.kid !== first);
  const since = given.clock.now();
  await until(() => {
    if (given.clock.now() - since < 600_000) given.clock.advance(10_000);
    return given.ring().signing.kid !== first;
  });
});

test('an agent in open mode needs no keys: it is asked once, and holds up no rotation', async () => {
  const given = bed();
  let asked = 0;
  const transport = { send: () => Promise.resolve({ status: 200, body: { generation: 0, keys: [] } }) };
  const counted = { send: () => (asked++, transport.send()) };
  const clientWith = () => new AgentClient(counted);
  given.agents.push({
    ...{ id: 'open', namespace: 'shop', name: 'web-1' },
    ...{ client: clientWith(), clientWith },
  });
  given.keeper.lead();
  await until(() => asked > 0);
  const first = given.ring().signing.kid;
  given.clock.advance(30 * day);
  await until(() => given.ring().hasNext || given.ring().signing.kid !== first);
  const since = given.clock.now();
  await until(() => {
    if (given.clock.now() - since < 600_000) given.clock.advance(10_000);
    return given.ring().signing.kid !== first;
  });
  // Once for each set of keys.
  expect(asked).toBeLessThanOrEqual(4);
});

test('where deploy/ has made no Secret none is made: it says what to apply', async () => {
  const given = bed({ isBare: true });
  given.keeper.lead();
  await until(() => given.keeper.blocker?.includes('is not there'));
  expect(given.api.calls.filter(({ verb }) => verb === 'create')).toEqual([]);
});

test('why the Secret is not read is told', async () => {
  const given = bed({ isAway: true });
  await until(() => given.keeper.blocker?.match(/not read yet: ./));
});

test('what is wrong with the Secret is told without what stands in it', async () => {
  const given = bed();
  await given.api.settled();
  const data = { [tokenSecret.key]: Buffer.from('{"d": "very secret"').toString('base64') };
  given.api.seed(secrets, { metadata: secretRef, data });
  await until(() => given.keeper.blocker?.includes(tokenSecret.key));
  expect(given.keeper.blocker).not.toContain('very secret');
});

test('a Secret that was spoilt by hand stops nobody: the last good keys go on signing', async () => {
  const given = bed();
  given.keeper.lead();
  await until(() => given.published() !== '');
  given.api.seed(secrets, { metadata: secretRef, data: { [tokenSecret.key]: 'bm8=' } });
  await given.api.settled();
  expect(await given.keeper.tokenFor({ namespace: 'shop' })).toBeDefined();
});

const empty = { metadata: secretRef, type: 'Opaque', data: {} };

/** A keeper whose keys are old, and that waits for an agent to answer before it replaces them. */
async function aboutToRotate() {
  const given = bed();
  given.keeper.lead();
  await until(() => given.published() !== '');
  const before = given.ring();
  const { promise: isAnswered, resolve: answer } = Promise.withResolvers<undefined>();
  let isAsked = false;
  await tokenAgent(given, before, (way) => ({
    send: async (call, authorization) => {
      isAsked = true;
      await isAnswered;
      return way.send(call, authorization);
    },
  }));
  given.clock.advance(30 * day);
  await until(() => isAsked);
  return { given, before, answer: () => answer(undefined) };
}

test('a Secret that is emptied while an agent is asked gets new keys: the leaked ones do not come back', async () => {
  const { given, before, answer } = await aboutToRotate();
  given.api.seed(secrets, empty);
  await given.api.settled();
  answer();
  const kids = await until(() => given.ringIfAny()?.keys.map(({ kid }) => kid));
  expect(kids).toHaveLength(1);
  expect(kids).not.toContain(before.signing.kid);
  // An agent that was asked for the keys of before is asked for the new ones.
  const refusal = { code: 'token-invalid', detail: 'no', hint: 'ask again' };
  await until(() => given.keeper.explained('agent-0', refusal).code === 'keys-lost');
});

test('a Secret that is changed to what cannot be read while an agent is asked is not written over', async () => {
  const { given, answer } = await aboutToRotate();
  const spoilt = { [tokenSecret.key]: 'bm8=' };
  given.api.seed(secrets, { metadata: secretRef, data: spoilt });
  await given.api.settled();
  const writes = () => given.api.calls.filter(({ verb }) => verb === 'update').length;
  const before = writes();
  answer();
  await until(() => writes() > before);
  await new Promise((resolve) => setImmediate(resolve));
  expect(given.api.stored(secrets, secretRef).data).toEqual(spoilt);
});

test('a Secret that is emptied before a write of it is answered is empty: new keys are made', async () => {
  const given = bed();
  const { api } = given;
  const replace = api.replace.bind(api);
  const written: string[] = [];
  api.replace = async (resource, object) => {
    const answer = await replace(resource, object);
    if (resource.plural === secrets.plural && written.push(given.ring().signing.kid) === 1) {
      api.seed(secrets, empty);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answer;
  };
  given.keeper.lead();
  await until(() => given.published().includes(written[1] ?? 'none'));
  expect(given.ring().signing.kid).toBe(written[1]);
});
