import type { Json } from '../install/installation';
import { expectDelays, httpCalls } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import {
  agentUrl,
  httpPorts,
  measuringPod,
  podUrl,
  startPods,
  type MeasuringPod,
} from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import type { RoundTrips } from './support/ping-output';

jest.setTimeout(limits.testMs);

const owner = 'one-peer';

let client: MeasuringPod;
let a: MeasuringPod;
let b: MeasuringPod;
let c: MeasuringPod;
let d: MeasuringPod;

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner)]);
  await Promise.all([
    makeOwnNamespace(owner, 'one-peer-client'),
    makeOwnNamespace(owner, 'one-peer-pods', { injected: true }),
  ]);
  const [[only], four] = await Promise.all([
    startPods('one-peer-client', measuringPod('client')),
    startPods('one-peer-pods', ...['a', 'b', 'c', 'd'].map((name) => measuringPod(name))),
  ]);
  client = only!;
  [a, b, c, d] = four as [MeasuringPod, MeasuringPod, MeasuringPod, MeasuringPod];
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

/** Round trips from a to b, c and d, and from b to c. */
async function roundTrips(): Promise<readonly RoundTrips[]> {
  return [...(await a.pingEach([b.ip, c.ip, d.ip])), await b.ping(c.ip)];
}

async function put(fault: Json): Promise<void> {
  await client.call('PUT', agentUrl(a, '/v1/faults/far'), fault);
}

async function clear(): Promise<void> {
  const { status } = await client.tryCall('DELETE', agentUrl(a, '/v1/faults'));
  expect(status).toBe(200);
}

afterEach(clear);

/** What the agent of a says of a packet to that pod. */
async function explained(to: MeasuringPod, question = ''): Promise<Json> {
  return client.call('GET', agentUrl(a, `/v1/explain?dst=${to.ip}${question}`));
}

test('a fault from one pod to another meets those two only', async () => {
  await expectDelays({
    measure: roundTrips,
    set: () => put({ delay: { time: '20ms' }, to: [{ cidr: b.ip }] }),
    ...{ clear, askedMs: [20, 0, 0, 0] },
  });
});

test('explain says whom it meets, and how much longer a connection takes', async () => {
  await put({ delay: { time: '20ms' }, to: [{ cidr: b.ip }] });
  expect(await explained(b)).toMatchObject({ egress: { faults: ['far'] }, ingress: { faults: [] } });
  expect(await explained(c)).toMatchObject({ egress: { faults: [] }, ingress: { faults: [] } });
});

test('a fault to one TCP port delays connections to that port of every pod, and nothing else', async () => {
  const [far, near] = httpPorts;
  const set = () => put({ delay: { time: '20ms' }, to: [{ ports: [far], protocol: 'tcp' }] });
  const urls = [podUrl(b, far), podUrl(c, far), podUrl(c, near)];
  const calls = async (): Promise<readonly RoundTrips[]> => {
    const times = [];
    for (const url of urls) times.push(await a.timesOf(url));
    return times;
  };
  // The handshake's first packet and the request: two that wait before the answer is there.
  await expectDelays({ measure: calls, askedMs: [40, 40, 0], set, clear }, httpCalls);
  await expectDelays({ measure: roundTrips, askedMs: [0, 0, 0, 0], set, clear });
  await set();
  expect(await explained(c, `&port=${far}`)).toMatchObject({ egress: { faults: ['far'] } });
  expect(await explained(c, `&port=${near}`)).toMatchObject({ egress: { faults: [] } });
});
