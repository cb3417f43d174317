import { kubectl } from '../deploy/command';
import { read, type Json } from '../install/installation';
import { ensureInstalled } from './support/installed';
import { agentLog } from './support/logs';
import { expectDelays, expectMeasuredDelay } from './support/expected-delay';
import { limits } from './support/limits';
import { agentUrl, measuringPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { whileCutOff } from './support/node-link';
import { parsePing, type RoundTrips } from './support/ping-output';
import { schedulableNodes } from './support/schedulable-nodes';
import { suite } from './support/suite';
import { untilIn } from './support/waiting';
import { ready } from './support/what-kubectl-shows';

jest.setTimeout(limits.testMs);

const owner = 'two-nodes';
const where = 'two-nodes';
const [nodeA, nodeB] = schedulableNodes();
const { env } = process;

if (nodeB === undefined) {
  test('where CI is set, pods may run on two nodes', () => {
    process.stderr.write('Pods may run on one node only: what takes two is not tested.\n');
    expect(env.CI).not.toBe('true');
  });
} else {
  describe('on two nodes', () => onTwoNodes(nodeB));
}

/** On the first node, and on the second. */
let a: MeasuringPod;
let besideA: MeasuringPod;
let b: MeasuringPod;
let besideB: MeasuringPod;

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
    readonly status: {
      readonly phase: string;
      readonly containerStatuses?: readonly ContainerStatus[];
      readonly initContainerStatuses?: readonly ContainerStatus[];
    };
  }[];
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
}

/** For each pod of a namespace what has to stay the same: its identity, its phase, and how often containers restarted. */
async function lives(namespace: string): Promise<Json> {
  const { items } = await read<PodList>('pods', '--namespace', namespace);
  const entries = items.map(({ metadata, status }) => {
    const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    const restarts = containers.map(({ name, restartCount }) => `${name} ${restartCount}`);
    const { uid, deletionTimestamp } = metadata;
    return [metadata.name, { uid, deletionTimestamp, phase: status.phase, restarts }];
  });
  return Object.fromEntries(entries) as Json;
}

/** A ping a second, from a to b, for so many seconds. */
async function pingFor(seconds: number): Promise<RoundTrips> {
  return parsePing(await a.exec('sh', '-c', `ping -W 1 -c ${seconds} ${b.ip} || [ $? = 1 ]`));
}

const faultsOf = async (pod: MeasuringPod) =>
  (
    await a.call<{ desired: { faults: { name: string }[] } }>('GET', agentUrl(pod, '/v1/state'))
  ).desired.faults.map(({ name }) => name);

/** What sets a latency of 20 ms of that pod, and what clears it. */
const latencyOf = (pod: MeasuringPod) => ({
  set: () => a.wget(agentUrl(pod, '/latency/20ms')),
  clear: () => a.wget(agentUrl(pod, '/latency/0ms')),
});

function onTwoNodes(otherNode: string): void {
  const on = (name: string, nodeName?: string) => measuringPod(name, { spec: { nodeName } });

  beforeAll(async () => {
    await removeNamespacesOf(owner);
    await ensureInstalled();
    await makeOwnNamespace(owner, where, { injected: true });
    [a, besideA, b, besideB] = (await startPods(
      where,
      ...[on('a', nodeA), on('beside-a', nodeA), on('b', otherNode), on('beside-b', otherNode)],
    )) as [MeasuringPod, MeasuringPod, MeasuringPod, MeasuringPod];
  }, limits.hookMs);

  afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

  test('latency of a pod is seen from the other node and from its own, and nowhere else', async () => {
    await expectDelays({
      measure: async () => [await a.ping(b.ip), await besideB.ping(b.ip), await a.ping(besideB.ip)],
      ...latencyOf(b),
      askedMs: [20, 20, 0],
    });
  });

  test('a fault to one peer of the other node is seen by that peer alone', async () => {
    await expectDelays({
      measure: async () => [
        ...(await a.pingEach([b.ip, besideB.ip, besideA.ip])),
        ...[await b.ping(a.ip), await besideB.ping(a.ip)],
      ],
      set: () =>
        a.call('PUT', agentUrl(a, '/v1/faults/far'), { delay: { time: '20ms' }, to: [{ cidr: b.ip }] }),
      clear: () => a.call('DELETE', agentUrl(a, '/v1/faults/far')),
      askedMs: [20, 0, 0, 20, 0],
    });
  });

  if (suite.onBed || env.PODLAG_LINK_COMMAND) describe('whose link is cut for 20 s', () => cutOff(otherNode));
}

function cutOff(otherNode: string): void {
  let before: Json;
  let expiresAt: string | undefined;
  let asked: PromiseSettledResult<Json>;

  beforeAll(async () => {
    before = await lives(where);
    const answer = await a.call<{ expiresAt: Record<string, string> }>(
      ...(['PUT', agentUrl(b, '/v1/faults/short')] as const),
      { delay: { time: '50ms' }, ttl: '10s' },
    );
    expiresAt = answer.expiresAt.short;
    const change = { delay: { time: '5ms' } };
    const { times, asking } = await whileCutOff(otherNode, async () => {
      const settled = Promise.allSettled([a.call('PUT', agentUrl(b, '/v1/faults/asked-meanwhile'), change)]);
      return { times: await pingFor(20), asking: { settled } };
    });
    // Without it the rest would show nothing.
    expect(times.filter((ms) => ms !== undefined)).toEqual([]);
    [asked] = await asking.settled;
  }, limits.hookMs);

  test('pods answer again, the same as before: none restarted, ended, or is on its way out', async () => {
    await untilIn(where, async () => (await pingFor(1))[0] !== undefined);
    await ready(where, 'a', 'beside-a', 'b', 'beside-b');
    expect(await lives(where)).toEqual(before);
    const timeout = `--timeout=${limits.waitSeconds}s`;
    await kubectl(['wait', '--for=condition=Ready', timeout, `node/${otherNode}`]);
  });

  test('a fault that ran out while nobody could ask has gone, at its time', async () => {
    expect(await faultsOf(b)).not.toContain('short');
    const expired = (await agentLog(where, 'b')).find(({ msg }) => msg === 'expired')!;
    expect(expired.gone).toEqual(['short']);
    const lateMs = Date.parse(expired.time) - Date.parse(expiresAt!);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    // Before the link was mended.
    expect(lateMs).toBeLessThan(10_000);
  });

  test('a change that was asked for meanwhile was made or has failed, and the answer is true', async () => {
    process.stderr.write(`asked meanwhile: ${asked.status}\n`);
    expect(await faultsOf(b)).toEqual(asked.status === 'fulfilled' ? ['asked-meanwhile'] : []);
    await a.call('DELETE', agentUrl(b, '/v1/faults'));
  });

  test('faults are set and taken away as before', async () => {
    await expectDelays({ measure: () => a.pingEach([b.ip]), ...latencyOf(b), askedMs: [20] });
  });

  test('that node runs a new pod with its sidecar and the latency of its annotation, a program in it, and ends it', async () => {
    const annotations = { 'podlag.io/latency': '20ms' };
    const begunMs = performance.now();
    const [after] = (await startPods(
      where,
      measuringPod('after', { annotations, spec: { nodeName: otherNode } }),
    )) as [MeasuringPod];
    const readyMs = performance.now();
    await expectMeasuredDelay(() => a.ping(after.ip), 20, await a.ping(besideB.ip));
    expect((await after.exec('hostname')).trim()).toBe('after');
    const deletedMs = performance.now();
    const timeout = `--timeout=${limits.waitSeconds}s`;
    await kubectl(['delete', 'pod', 'after', '--namespace', where, timeout]);
    const seconds = [readyMs - begunMs, performance.now() - deletedMs].map((ms) => (ms / 1000).toFixed(1));
    process.stderr.write(
      `after the cut: a pod is Ready after ${seconds[0]!} s, and gone after ${seconds[1]!} s\n`,
    );
  });
}
