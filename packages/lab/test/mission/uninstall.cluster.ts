import { readFileSync } from 'node:fs';
import { agentOf, podsIn } from '../install/installation';
import { repository, typed } from '../install/readme-lines';
import { ensureInstalled } from './support/installed';
import { expectDelays, expectMeasuredDelay } from './support/expected-delay';
import { limits } from './support/limits';
import { agentUrl, measuringPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import type { RoundTrips } from './support/ping-output';
import { podlagObjects } from './support/podlag-objects';
import { podlagWarnings } from './support/podlag-warnings';
import { removePodlag, without } from './support/remove-podlag';
import { ready, shownBy } from './support/what-kubectl-shows';

jest.setTimeout(limits.testMs);

const owner = 'uninstall';
const where = 'uninstall-injected';
const line = 'kubectl delete -k deploy/';
let client: MeasuringPod;
let old: MeasuringPod;
let idle: RoundTrips;
let others: readonly string[];

beforeAll(async () => {
  await removeNamespacesOf(owner);
  others = await removePodlag();
  await ensureInstalled();
  await makeOwnNamespace(owner, 'uninstall-client');
  await makeOwnNamespace(owner, where, { injected: true });
  const [clients, injected] = await Promise.all([
    startPods('uninstall-client', measuringPod('client')),
    startPods(where, measuringPod('old')),
  ]);
  client = clients[0]!;
  old = injected[0]!;
  idle = await client.ping(old.ip);
  await setLatency('20ms');
}, limits.hookMs);

afterAll(async () => {
  await removeNamespacesOf(owner);
  await ensureInstalled();
}, limits.hookMs);

const setLatency = (latency: string) => client.wget(agentUrl(old, `/latency/${latency}`));

test('the line of deploy/README.md leaves nothing of any kind that has podlag in its name', async () => {
  expect(readFileSync(`${repository}/deploy/README.md`, 'utf8')).toContain(`    ${line} `);
  expect(without(others, await podlagObjects())).toEqual(
    expect.arrayContaining([
      'ClusterRole/podlag-injector',
      'MutatingWebhookConfiguration/podlag-injector',
      'Namespace/podlag-system',
      'Secret/podlag-injector-certs',
    ]),
  );
  typed(line);
  expect(without(others, await podlagObjects())).toEqual([]);
});

test('a sidecar that runs still answers, and its fault is still in force', async () => {
  expect(await client.wget(agentUrl(old, '/latency'))).toContain('"20ms"');
  await expectMeasuredDelay(() => client.ping(old.ip), 20, idle);
});

test('a new pod of the labelled namespace is made, without a sidecar and without a word', async () => {
  expect(podlagWarnings(await shownBy('create', where, measuringPod('new')))).toEqual([]);
  const pods = await podsIn(where);
  const agents = pods.map((pod) => [pod.metadata.name, agentOf(pod) !== undefined]);
  expect(Object.fromEntries(agents)).toEqual({ old: true, new: false });
  await ready(where, 'new');
});

test('the faults of a sidecar that is left go, and are set again, when it is asked to', async () => {
  await setLatency('0ms');
  await expectDelays({
    measure: () => client.pingEach([old.ip]),
    set: () => setLatency('30ms'),
    clear: () => setLatency('0ms'),
    askedMs: [30],
  });
});
