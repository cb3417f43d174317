import { agentOf, podsIn, type Json } from '../install/installation';
import { ensureInstalled } from './support/installed';
import { agentLog, reviewsOf } from './support/logs';
import { expectDelays } from './support/expected-delay';
import { limits } from './support/limits';
import { agentUrl, measuringPod, runningPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { expectUntouched, nodeDevices, type NodeDevices } from './support/node-devices';
import { startsOf } from './support/pod-events';
import { podlagWarnings } from './support/podlag-warnings';
import { qdiscs } from './support/qdiscs';
import { suite } from './support/suite';
import { untilIn } from './support/waiting';
import { ready, shownBy } from './support/what-kubectl-shows';

jest.setTimeout(limits.testMs);

const owner = 'boundaries';
const outside = 'boundaries-unlabelled';
const where = 'boundaries-injected';

/** A pod in the network of its node. It has the agent's image for its tc, and the other one for its shell. */
const onNode: Json = {
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'on-node' } },
  spec: {
    ...{ hostNetwork: true, terminationGracePeriodSeconds: 1 },
    containers: [
      ['tc', suite.agentImage],
      ['client', suite.clientImage],
    ].map(([name, image]) => ({
      ...{ name, image, imagePullPolicy: 'IfNotPresent' },
      command: ['sleep', '1000000'],
    })),
  },
};

/** What kubectl showed, by the pod that it made. */
const shown: Record<string, string> = {};
/** Before any pod of ours had a device there. */
let bare: NodeDevices;
let node: MeasuringPod;
let client: MeasuringPod;
let delayed: MeasuringPod;

beforeAll(async () => {
  await removeNamespacesOf(owner);
  await ensureInstalled();
  await makeOwnNamespace(owner, outside);
  await makeOwnNamespace(owner, where, { injected: true });
  shown['on-node'] = await shownBy('apply', where, onNode);
  await ready(where, 'on-node');
  node = await runningPod(where, 'on-node');
  bare = await nodeDevices(node);
  const spec = { nodeName: node.node };
  const annotations = { 'podlag.io/inject': 'false' };
  shown.delayed = await shownBy('apply', where, measuringPod('delayed', { spec }));
  shown['opted-out'] = await shownBy('apply', where, measuringPod('opted-out', { spec, annotations }));
  shown.unlabelled = await shownBy('apply', outside, measuringPod('unlabelled', { spec }));
  const [first] = await startPods(outside, measuringPod('client', { spec }));
  client = first!;
  await ready(where, 'delayed', 'opted-out');
  await ready(outside, 'unlabelled');
  delayed = await runningPod(where, 'delayed');
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

test.each([
  ['a pod gets its sidecar', 'delayed', [/^Warning: podlag: injected: \w+ sidecar podlag-agent$/]],
  [
    'a pod on the host network is left as it is',
    'on-node',
    [/^Warning: podlag: no sidecar \(host-network\): ./],
  ],
  ['a pod that says no is left as it is', 'opted-out', [/^Warning: podlag: no sidecar \(opted-out\): ./]],
  ['in a namespace without the label nothing is said', 'unlabelled', []],
])('%s, as kubectl apply shows', (_, name, warnings) => {
  expect(podlagWarnings(shown[name]!)).toEqual(
    warnings.map((warning): unknown => expect.stringMatching(warning)),
  );
});

test('of them only the first one has the agent, and all run', async () => {
  const pods = [...(await podsIn(where)), ...(await podsIn(outside))];
  const agents = pods.map((pod) => [pod.metadata.name, agentOf(pod)?.name]);
  expect(Object.fromEntries(agents)).toEqual({
    ...{ delayed: 'podlag-agent', 'on-node': undefined, 'opted-out': undefined },
    ...{ unlabelled: undefined, client: undefined },
  });
});

test("faults of a pod leave its node's own devices and the way to the node as they are", async () => {
  const before = await nodeDevices(node);
  expectUntouched(bare, before);
  await expectDelays({
    measure: () => client.pingEach([delayed.ip, node.ip]),
    set: async () => {
      await client.wget(agentUrl(delayed, '/latency/100ms'));
      await client.call('PUT', agentUrl(delayed, '/v1/faults/both-ways'), {
        ...{ loss: { ratio: '1%' }, rate: '100mbit', direction: 'both' },
      });
      // The same question to the pod itself, which shows that it can be answered otherwise.
      expect(Object.values(await qdiscs(where, 'delayed', 'podlag-agent')).join()).toContain('netem');
      expectUntouched(before, await nodeDevices(node));
    },
    clear: async () => {
      await client.call('DELETE', agentUrl(delayed, '/v1/faults/both-ways'));
      await client.wget(agentUrl(delayed, '/latency/0ms'));
    },
    askedMs: [100, 0],
  });
  expectUntouched(before, await nodeDevices(node));
});

test('kubectl get events tells that the agent was started, and before the application', async () => {
  const starts = await startsOf(where, 'delayed');
  expect(starts).toHaveLength(3);
  expect(starts[0]).toMatch(/^spec\.(initC|c)ontainers\{podlag-agent\}$/);
});

test("the agent's log tells what was done to the kernel, and what has run out at its time", async () => {
  await client.wget(agentUrl(delayed, '/latency/30ms'));
  await client.wget(agentUrl(delayed, '/latency/0ms'));
  const { expiresAt } = await client.call<{ expiresAt: Record<string, string> }>(
    ...(['PUT', agentUrl(delayed, '/v1/faults/short')] as const),
    { loss: { ratio: '1%' }, ttl: '1s' },
  );
  const log = () => agentLog(where, 'delayed');
  await untilIn(where, async () => (await log()).some(({ msg }) => msg === 'expired'));
  const lines = await log();
  expect(lines[0]).toMatchObject({ component: 'agent', level: 'info' });
  const commands = lines.flatMap((line) => (line.msg === 'kernel confirmed' ? line.commands : []));
  expect(commands).toContainEqual(expect.stringMatching(/^tc qdisc .* netem .*delay 30ms/));
  const expired = lines.find(({ msg }) => msg === 'expired')!;
  expect(expired.gone).toEqual(['short']);
  const lateMs = Date.parse(expired.time) - Date.parse(expiresAt.short!);
  expect(lateMs).toBeGreaterThanOrEqual(0);
  // A busy node makes it late, but not by as much as what was not kept up to would be.
  expect(lateMs).toBeLessThan(10_000);
});

test("the injector's log tells why each pod of the namespace has its sidecar or has not", async () => {
  const reviews = (await reviewsOf(where)).map(
    ({ name, result, reason }) => `${String(name)}: ${String(result)}, ${String(reason)}`,
  );
  expect(reviews).toEqual(
    expect.arrayContaining([
      'on-node: skipped, host-network',
      'delayed: injected, injected',
      'opted-out: skipped, opted-out',
    ]),
  );
});
