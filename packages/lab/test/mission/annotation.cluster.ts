import { kubectl } from '../deploy/command';
import { expectCompared } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import { agentUrl, measuringPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { parsePing, type RoundTrips } from './support/ping-output';

jest.setTimeout(limits.testMs);

const owner = 'annotation';
const annotations = { 'podlag.io/latency': '20ms' };

let client: MeasuringPod;
let plain: MeasuringPod;
let slow: readonly MeasuringPod[];

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner)]);
  await Promise.all([
    makeOwnNamespace(owner, 'annotation-client'),
    makeOwnNamespace(owner, 'annotation-pods', { injected: true }),
  ]);
  [client] = (await startPods('annotation-client', measuringPod('client'))) as [MeasuringPod];
  // What the application sends first: nobody in its pod has spoken to that address before.
  const script = `ping -c 1 -W 5 ${client.ip}`;
  const delayed = [1, 2, 3, 4, 5].map((index) => measuringPod(`slow-${index}`, { annotations, script }));
  [plain, ...slow] = (await startPods('annotation-pods', measuringPod('plain', { script }), ...delayed)) as [
    MeasuringPod,
    ...MeasuringPod[],
  ];
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

const ipsOf = (pods: readonly MeasuringPod[]): readonly string[] => pods.map(({ ip }) => ip);

/** What the ping printed that the application began with. */
async function firstOwnPing({ name, namespace }: MeasuringPod): Promise<number | undefined> {
  return parsePing(await kubectl(['logs', name, '--namespace', namespace, '--container', 'client']))[0];
}

/** Replies to one request to each, where nobody has spoken to the other before: with the resolution of the address. */
const toEach = async (from: MeasuringPod, to: readonly MeasuringPod[]): Promise<RoundTrips> =>
  (await from.pingEach(ipsOf(to), 1)).map(([first]) => first);

test('what the annotation asks for is in force when the application sends its first packet', async () => {
  const firsts = await Promise.all(slow.map(firstOwnPing));
  const reached = firsts.filter((first) => first !== undefined);
  expect(reached).toHaveLength(slow.length);
  expect(Math.min(...reached)).toBeGreaterThanOrEqual(20);
  // Not a median: all of them start at once, on a node that may have one CPU. Delayed twice, none would be below.
  expect(Math.min(...reached)).toBeLessThan(40);
});

let made = 0;

/** A pod that nobody has spoken to, nor it to anybody: the first packets of others are first but once. */
async function stranger(): Promise<MeasuringPod> {
  const [pod] = await startPods('annotation-client', measuringPod(`stranger-${(made += 1)}`));
  return pod!;
}

test('the first packet from somebody new is delayed once: not ARP and neighbour discovery too', async () => {
  await expectCompared(async () => {
    const [idle, ...arriving] = await toEach(await stranger(), [plain, ...slow]);
    return [{ askedMs: 20, idle: [idle], measured: arriving }];
  });
});

test('so is the first packet to somebody new', async () => {
  await expectCompared(async () => {
    const to = [await stranger()];
    const [idle, ...leaving] = (await Promise.all([plain, ...slow].map((from) => toEach(from, to)))).flat();
    return [{ askedMs: 20, idle: [idle], measured: leaving }];
  });
});

test('it stays so, and is taken away like any other', async () => {
  const [pod] = slow as [MeasuringPod];
  expect(await client.call('GET', agentUrl(pod, '/latency'))).toMatchObject({ latency: '20ms' });
  const both = async (askedMs: number) => {
    const [idle = [], measured = []] = await client.pingEach([plain.ip, pod.ip]);
    return [{ askedMs, idle, measured }];
  };
  await expectCompared(() => both(20));
  await client.wget(agentUrl(pod, '/latency/0ms'));
  await expectCompared(() => both(0));
});
