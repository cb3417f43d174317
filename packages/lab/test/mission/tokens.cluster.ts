import { kubectl } from '../deploy/command';
import { tryTyped, typedWithPodlag } from './support/command-line';
import { expectCompared, expectDelays } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { agentStatus } from './support/killed-agent';
import { limits } from './support/limits';
import { agentUrl, measuringPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { applyFaults, networkFault } from './support/network-faults';
import { signedCall } from './support/signed-call';
import {
  installOpenMode,
  installTokenMode,
  newPrivateKey,
  privateKeys,
  untilAccess,
  writePrivateKeys,
} from './support/token-mode';
import { untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'tokens';
const where = 'tokens';

let client: MeasuringPod;
let plain: MeasuringPod;
let a: MeasuringPod;
let b: MeasuringPod;

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner)]);
  await installTokenMode();
  await Promise.all([
    makeOwnNamespace(owner, 'tokens-client'),
    makeOwnNamespace(owner, where, { injected: true }),
  ]);
  await untilAccess(where, 'token');
  const [clients, pods] = await Promise.all([
    startPods('tokens-client', measuringPod('client')),
    startPods(where, ...['plain', 'a', 'b'].map((name) => measuringPod(name, { labels: { app: name } }))),
  ]);
  client = clients[0]!;
  [plain, a, b] = pods as [MeasuringPod, MeasuringPod, MeasuringPod];
}, limits.hookMs);

afterAll(async () => {
  await removeNamespacesOf(owner);
  await installOpenMode();
}, limits.hookMs);

/** The mission's own call, which changes something though it is a GET. */
const setLatency = (pod: MeasuringPod, latency: string, token?: string) =>
  signedCall(client, agentUrl(pod, `/latency/${latency}`), token);

const tokenFor = (...pods: readonly MeasuringPod[]): string =>
  typedWithPodlag(`podlag token -n ${where} ${pods.map(({ name }) => `--pod ${name}`).join(' ')}`).trim();

/** A pod, measured beside one that nothing is asked of. */
const expectDelay = (pod: MeasuringPod, askedMs: number) =>
  expectCompared(async () => {
    const [idle = [], measured = []] = await client.pingEach([plain.ip, pod.ip]);
    return [{ askedMs, idle, measured }];
  });

/** The keys that an agent knows. */
async function kidsAt(pod: MeasuringPod): Promise<readonly string[]> {
  const { keys } = await client.call<{ keys: readonly { kid: string }[] }>('GET', agentUrl(pod, '/v1/keys'));
  return keys.map(({ kid }) => kid);
}

test('without a token nothing is changed, and everything may be read', async () => {
  expect(await setLatency(a, '20ms')).toMatchObject({
    ...{ status: 401, challenge: expect.stringMatching(/^Bearer\b/) },
    body: { code: 'token-missing', hint: expect.stringMatching(/./) },
  });
  for (const path of [
    '/latency',
    '/v1/state',
    '/v1/faults',
    '/v1/plans',
    '/version',
    '/healthz',
    '/metrics',
  ]) {
    expect([path, (await client.tryCall('GET', agentUrl(a, path))).status]).toEqual([path, 200]);
  }
  await expectDelay(a, 0);
});

test('podlag and NetworkFaults work as ever: they sign by themselves', async () => {
  await expectDelays({
    measure: () => client.pingEach([a.ip, b.ip]),
    set: async () => {
      typedWithPodlag(`podlag latency set 20ms -n ${where} a`);
      await applyFaults(where, networkFault('slow', 'b', { delay: { time: '40ms' } }));
    },
    clear: async () => {
      typedWithPodlag(`podlag latency clear -n ${where} a`);
      await kubectl(['delete', 'networkfault', 'slow', '--namespace', where]);
      await untilIn(where, async () => (await client.wget(agentUrl(b, '/v1/plans'))).includes('"plans":[]'));
    },
    askedMs: [20, 40],
  });
});

test('a token of podlag token is good for its pod, and for no other', async () => {
  const token = tokenFor(a);
  expect(await setLatency(a, '20ms', token)).toMatchObject({ status: 200, body: { latency: '20ms' } });
  await expectDelay(a, 20);
  expect(await setLatency(b, '20ms', token)).toMatchObject({
    status: 403,
    body: { code: 'token-elsewhere' },
  });
  const elsewhere = typedWithPodlag('podlag token -n default').trim();
  expect(await setLatency(a, '0ms', elsewhere)).toMatchObject({
    status: 403,
    body: { code: 'token-elsewhere' },
  });
  expect(await setLatency(a, '0ms', `${token.slice(0, -8)}AAAAAAAA`)).toMatchObject({
    status: 401,
    body: { code: 'token-invalid' },
  });
  await expectDelay(a, 20);
  expect(await setLatency(a, '0ms', token)).toMatchObject({ status: 200 });
});

test('keys are replaced without a restart: agents learn the new one before it signs, and then forget the old one', async () => {
  const restarts = async () =>
    Promise.all([a, b].map(async ({ name }) => (await agentStatus(where, name)).restartCount));
  const restartsBefore = await restarts();
  const [old] = await privateKeys();
  const oldToken = tokenFor(a, b);
  await applyFaults(where, networkFault('slow', 'b', { delay: { time: '20ms' } }));
  await writePrivateKeys(old!, newPrivateKey(old!));
  // The controller has brought it to all agents when it lets it sign.
  await untilIn(where, async () => (await privateKeys())[0]?.kid !== old!.kid);
  const [signing] = await privateKeys();
  expect(new Set(await kidsAt(a))).toEqual(new Set([signing!.kid, old!.kid]));
  expect(await setLatency(a, '20ms', oldToken)).toMatchObject({ status: 200 });
  // What the controller does by itself when the last token of the old key has expired.
  await writePrivateKeys(signing!);
  await untilIn(where, async () => (await Promise.all([a, b].map(kidsAt))).flat().length === 2);
  expect(await kidsAt(b)).toEqual([signing!.kid]);
  expect(await setLatency(a, '30ms', oldToken)).toMatchObject({
    status: 401,
    body: { code: 'token-invalid' },
  });
  expect(await setLatency(a, '30ms', tokenFor(a))).toMatchObject({ status: 200 });
  await applyFaults(where, networkFault('slow', 'b', { delay: { time: '40ms' } }));
  await expectDelay(a, 30);
  await expectDelay(b, 40);
  expect(await restarts()).toEqual(restartsBefore);
});

test('back to open a pod that is made from then on is asked without a token, and one from before still wants one', async () => {
  await installOpenMode();
  await untilAccess(where, 'open');
  const [open] = await startPods(where, measuringPod('open'));
  expect(await setLatency(open!, '20ms')).toMatchObject({ status: 200 });
  await expectDelay(open!, 20);
  expect(await setLatency(a, '0ms')).toMatchObject({ status: 401, body: { code: 'token-missing' } });
  const { code, stderr } = tryTyped(`podlag latency set 0ms -n ${where} a`);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/token/)]);
});
