import { kubectl, tryKubectl } from '../deploy/command';
import { agentOf, isReady, podsIn, read, type Json } from '../install/installation';
import { typed } from '../install/readme-lines';
import { pingDuring } from './support/continuous-ping';
import { expectCompared, type Comparison } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { agentStatus, killAgent, startKiller } from './support/killed-agent';
import { limits } from './support/limits';
import {
  agentUrl,
  httpPorts,
  measuringPod,
  runningPod,
  startPods,
  type MeasuringPod,
} from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { parsePing } from './support/ping-output';
import { suite } from './support/suite';
import { rolledOutIn, untilIn, waitFor } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'lifecycle';
const where = 'lifecycle-pods';
const killers = 'lifecycle-killers';

const probe = {
  httpGet: { path: '/', port: httpPorts[0] },
  ...{ periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 3 },
};
const http = { readinessProbe: probe, livenessProbe: probe };

let client: MeasuringPod;
let killed: MeasuringPod;
/** Probed by the kubelet each second: two as podlag has it by default, one whose probes meet the faults too. */
let slow: MeasuringPod;
let lossy: MeasuringPod;
let notExempt: MeasuringPod;

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner)]);
  await Promise.all([
    makeOwnNamespace(owner, 'lifecycle-client'),
    makeOwnNamespace(owner, killers),
    makeOwnNamespace(owner, where, { injected: true }),
  ]);
  const annotations = { 'podlag.io/exempt-probes': 'false' };
  const [[only], four] = await Promise.all([
    startPods('lifecycle-client', measuringPod('client')),
    startPods(
      where,
      measuringPod('killed'),
      measuringPod('slow', { http }),
      measuringPod('lossy', { http }),
      measuringPod('not-exempt', { http, annotations }),
    ),
  ]);
  client = only!;
  [killed, slow, lossy, notExempt] = four as [MeasuringPod, MeasuringPod, MeasuringPod, MeasuringPod];
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

/** A pod, measured beside one that nothing is asked of before the last test. */
async function beside({ ip }: MeasuringPod, askedMs: number): Promise<readonly Comparison[]> {
  const [idle = [], measured = []] = await client.pingEach([slow.ip, ip]);
  return [{ askedMs, idle, measured }];
}

const apply = (object: Json) => kubectl(['apply', '--namespace', where, '-f', '-'], JSON.stringify(object));

test('a pod of a StatefulSet that is deleted comes back with an agent, and without the fault of the old one', async () => {
  const { metadata, spec } = measuringPod('counted');
  await apply({
    ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata },
    spec: {
      ...{ serviceName: 'counted', replicas: 1, selector: { matchLabels: { app: 'counted' } } },
      template: { metadata: { labels: { app: 'counted' } }, spec },
    },
  });
  await rolledOutIn(where, 'statefulset/counted');
  const before = await runningPod(where, 'counted-0');
  await client.wget(agentUrl(before, '/latency/20ms'));
  const uid = () => typed(`kubectl get pod counted-0 -n ${where} -o jsonpath='{.metadata.uid}'`);
  const oldUid = uid();
  typed(`kubectl delete pod counted-0 -n ${where}`);
  await untilIn(where, async () => {
    const again = (await podsIn(where)).find(({ metadata: { name } }) => name === 'counted-0');
    return again !== undefined && isReady(again) && agentOf(again) !== undefined;
  });
  expect(uid()).not.toBe(oldUid);
  const after = await runningPod(where, 'counted-0');
  expect(await client.call('GET', agentUrl(after, '/latency'))).toMatchObject({ latency: '0ms', faults: [] });
  await expectCompared(() => beside(after, 0));
});

test('an agent that is killed leaves its fault in force, comes back by itself, and knows what is set', async () => {
  await client.wget(agentUrl(killed, '/latency/20ms'));
  const { restartCount } = await agentStatus(where, 'killed');
  const killer = await startKiller(killers, killed.node);
  const times = await pingDuring(client, killed.ip, async () => {
    await killAgent(killer, killed);
    await untilIn(where, async () => {
      const now = await agentStatus(where, 'killed');
      return now.restartCount > restartCount && now.ready;
    });
  });
  // All of them: one packet that was not delayed would be a moment without the fault.
  expect(times.length).toBeGreaterThan(10);
  for (const time of times) expect(time).toBeGreaterThanOrEqual(20);
  await expectCompared(() => beside(killed, 20));
  expect((await agentStatus(where, 'killed')).restartCount).toBe(restartCount + 1);
  await waitFor(where, 'condition=Ready', 'pod/killed');
  expect(await client.call('GET', agentUrl(killed, '/latency'))).toMatchObject({ latency: '20ms' });
  await client.wget(agentUrl(killed, '/latency/0ms'));
  await expectCompared(() => beside(killed, 0));
});

test('a Job completes, though the agent beside it would run for ever; its packets were delayed', async () => {
  await apply({
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'finite' } },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { annotations: { 'podlag.io/latency': '20ms' } },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              ...{ name: 'work', image: suite.clientImage, imagePullPolicy: 'IfNotPresent' },
              command: ['ping', '-c', '3', '-W', '5', client.ip],
            },
          ],
        },
      },
    },
  });
  await waitFor(where, 'condition=Complete', 'job/finite');
  const [pod] = (await podsIn(where)).filter(({ metadata: { name } }) => name.startsWith('finite-'));
  expect(agentOf(pod!)).toMatchObject({ restartPolicy: 'Always' });
  const times = parsePing(await kubectl(['logs', 'job/finite', '--namespace', where, '--container', 'work']));
  expect(times).toHaveLength(3);
  for (const time of times) expect(time).toBeGreaterThanOrEqual(20);
});

test("the kubelet's probes of the application get through 5 s of delay and 100 % loss, unless the pod says otherwise", async () => {
  const put = (pod: MeasuringPod, fault: Json) => client.call('PUT', agentUrl(pod, '/v1/faults/bad'), fault);
  await Promise.all([
    put(slow, { delay: { time: '5s' } }),
    put(lossy, { loss: { ratio: '100%' } }),
    put(notExempt, { delay: { time: '5s' } }),
  ]);
  expect(await client.ping(lossy.ip, 2)).toEqual([undefined, undefined]);
  // The same faults, probes and wait: where they are not exempt, the pod is taken for dead.
  await becomesUnready(notExempt);
  // Three periods of failing more than that took.
  const unready = await Promise.all([slow, lossy].map((pod) => tryUnready(pod, 10)));
  expect(unready.map(({ code, stderr }) => [code, stderr])).toEqual(
    Array(2).fill([1, expect.stringContaining('timed out')]),
  );
  expect(await restartsOf(slow, lossy)).toEqual([0, 0]);
  expect(await client.ping(lossy.ip, 2)).toEqual([undefined, undefined]);
});

const tryUnready = ({ name, namespace }: MeasuringPod, seconds: number) =>
  tryKubectl([
    ...['wait', '--for=condition=Ready=false', `--timeout=${seconds}s`],
    ...['--namespace', namespace, `pod/${name}`],
  ]);

async function becomesUnready(pod: MeasuringPod): Promise<void> {
  expect(await tryUnready(pod, 30)).toMatchObject({ code: 0 });
}

/** How often the container that is probed was started again. */
async function restartsOf(...pods: readonly MeasuringPod[]): Promise<readonly number[]> {
  const all = await Promise.all(
    pods.map(({ name, namespace }) =>
      read<{ status: { containerStatuses: readonly { name: string; restartCount: number }[] } }>(
        ...['pod', name, '--namespace', namespace],
      ),
    ),
  );
  return all.map(({ status }) => status.containerStatuses.find(({ name }) => name === 'http')!.restartCount);
}
