import { leader, namespace as system } from '../install/installation';
import { pingDuring } from './support/continuous-ping';
import { expectCompared } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { killContainer, startKiller } from './support/killed-agent';
import { limits } from './support/limits';
import { MachinePing } from './support/machine-ping';
import { measuringPod, runningPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { applyFaults, networkFault } from './support/network-faults';
import type { RoundTrips } from './support/ping-output';
import { whileApiServerStops } from './support/stopped-server';
import { suite } from './support/suite';
import { rolledOutIn, untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'controller-life';
const where = 'controller-life';
const killers = 'controller-life-killers';

let client: MeasuringPod;
let plain: MeasuringPod;
let delayed: MeasuringPod;

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner)]);
  await Promise.all([
    makeOwnNamespace(owner, 'controller-life-client'),
    makeOwnNamespace(owner, killers),
    makeOwnNamespace(owner, where, { injected: true }),
  ]);
  const [[only], two] = await Promise.all([
    startPods('controller-life-client', measuringPod('client')),
    startPods(where, measuringPod('plain'), measuringPod('delayed', { labels: { app: 'delayed' } })),
  ]);
  client = only!;
  [plain, delayed] = two as [MeasuringPod, MeasuringPod];
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

/** Asks for a delay of all that the pod sends. */
const delayBy = (time: string, ttl = '1m') =>
  applyFaults(where, networkFault('slow', 'delayed', { delay: { time }, ttl }));

/** The pod, measured beside one that nothing is asked of. */
const expectDelay = (askedMs: number) =>
  expectCompared(async () => {
    const [idle = [], measured = []] = await client.pingEach([plain.ip, delayed.ip]);
    return [{ askedMs, idle, measured }];
  });

/** One packet that was not delayed would be a moment without the fault. */
function expectAllDelayed(times: RoundTrips, askedMs: number): void {
  expect(times.filter((time) => time === undefined || time < askedMs)).toEqual([]);
}

if (suite.onBed) {
  test('a fault whose ttl is 10 s stays in force while the API server is away for 60 s, and follows changes afterwards', async () => {
    await delayBy('20ms', '10s');
    await expectDelay(20);
    const ping = new MachinePing(delayed.ip);
    try {
      await ping.replied(1);
      await whileApiServerStops(() => ping.replied(600));
      await rolledOutIn(system, 'deployment/podlag-controller');
      await delayBy('40ms', '10s');
    } finally {
      const times = await ping.end();
      expect(times.length).toBeGreaterThan(600);
      expectAllDelayed(times, 20);
    }
    await expectDelay(40);
  });
}

/** Of the pod that leads, and not of its process: which the Lease tells apart. */
const leadingPod = async () => ((await leader()) ?? '').replace(/_.*$/, '');

test('a controller that is killed while an object changes is followed by another, which makes the change', async () => {
  await delayBy('20ms');
  await untilIn(system, async () => (await leadingPod()) !== '');
  const killed = await leader();
  const pod = await runningPod(system, await leadingPod());
  const killer = await startKiller(killers, pod.node);
  let tookMs = Infinity;
  const times = await pingDuring(client, delayed.ip, async () => {
    const killing = killContainer(killer, pod, 'podlag-controller');
    const beganMs = performance.now();
    await Promise.all([killing, delayBy('40ms')]);
    tookMs = performance.now() - beganMs;
  });
  expect(tookMs).toBeLessThan(30_000);
  expect(times.length).toBeGreaterThan(10);
  expectAllDelayed(times, 20);
  await expectDelay(40);
  await untilIn(system, async () => ![undefined, killed].includes(await leader()));
  await delayBy('60ms');
  await expectDelay(60);
});
