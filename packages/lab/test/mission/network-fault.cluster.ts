import { kubectl, tryKubectl } from '../deploy/command';
import { textOf } from '../deploy/manifest';
import { podsIn, read, type Json } from '../install/installation';
import { typed } from '../install/readme-lines';
import {
  apply,
  customObject,
  removeObjects,
  statusOf,
  untilForgotten,
  untilPhase,
} from './support/custom-objects';
import { expectCompared, expectDelays, expectMeasuredDelay, httpCalls } from './support/expected-delay';
import { httpCalls as calls, type HttpAnswer } from './support/http-calls';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import {
  execIn,
  measuringPod,
  podUrl,
  runningPod,
  startPods,
  type MeasuringPod,
} from './support/measuring-pod';
import { claim, leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { parsePing, type RoundTrips } from './support/ping-output';
import { suite } from './support/suite';
import { rolledOutIn, untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'network-fault';
const where = 'network-fault';
const abcd = 'abcd';
const file = 'deploy/examples/abcd.yaml';

/** In a namespace without the label: it has no agent. */
let client: MeasuringPod;
let a: MeasuringPod;
let b: MeasuringPod;
let c: MeasuringPod;
/** It has one fault, which stays to the last test, so that nobody waits for the minute that it takes. */
let caller: MeasuringPod;
/** Those of the example, by the name of their Deployment. */
let example: Readonly<Record<string, MeasuringPod>>;

const podOf = (name: string, app = name) => measuringPod(name, { labels: { app } });
/** All that faults come to and go from again. */
const everyPod = () => [a, b, c];

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner)]);
  try {
    typed(`kubectl apply -f ${file}`);
  } finally {
    await claim(owner, abcd);
  }
  await Promise.all([
    makeOwnNamespace(owner, 'network-fault-client'),
    makeOwnNamespace(owner, where, { injected: true }),
  ]);
  const names = ['a', 'b', 'c', 'd'];
  const [[only], own] = await Promise.all([
    startPods('network-fault-client', measuringPod('client', { labels: { app: 'client' } })),
    startPods(where, podOf('a'), podOf('b'), podOf('c'), podOf('caller')),
    rolledOutIn(abcd, ...names.map((name) => `deployment/${name}`)),
  ]);
  client = only!;
  [a, b, c, caller] = own as [MeasuringPod, MeasuringPod, MeasuringPod, MeasuringPod];
  const pods = await podsIn(abcd);
  const running = await Promise.all(
    names.map(async (name) => {
      const pod = pods.find(({ metadata }) => metadata.labels?.app === name)!;
      return [name, await runningPod(abcd, pod.metadata.name)] as const;
    }),
  );
  example = Object.fromEntries(running);
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

/** A NetworkFault of pods with that label. */
const fault = (name: string, app: string, spec: Json): Json =>
  customObject('NetworkFault', name, { selector: { matchLabels: { app } }, ...spec });

const podsTarget = (app: string, more: Json = {}): Json => ({
  pods: { selector: { matchLabels: { app } }, ...more },
});

/** Applies a fault, and waits until all agents have it in force. */
async function inForce(one: Json): Promise<void> {
  await apply(where, one);
  await untilPhase(where, `networkfault/${(one.metadata as { name: string }).name}`, 'Effective');
}

async function remove(name: string): Promise<void> {
  await kubectl(['delete', 'networkfault', name, '--namespace', where]);
  await untilForgotten(where, client, everyPod());
}

/** How long a GET takes from a pod of the example, whose own containers have no clock for it: by its agent's Node. */
async function timesFrom(pod: MeasuringPod, url: string): Promise<RoundTrips> {
  const command = ['node', '-e', calls, '--', 'GET', url, '', '10'];
  return (JSON.parse(await execIn(abcd, pod.name, 'podlag-agent', command)) as HttpAnswer).timesMs;
}

describe('the experiment of deploy/examples/abcd.yaml', () => {
  test('each packet of A to B is late by 50 ms, to C and D none is, and nobody else meets it', async () => {
    const from = example.a!;
    const measure = async (): Promise<readonly RoundTrips[]> => {
      const times: RoundTrips[] = [];
      for (const url of ['http://b/', podUrl(example.b!, 8080), 'http://c/', 'http://d/']) {
        times.push(await timesFrom(from, url));
      }
      return [...times, await timesFrom(example.c!, podUrl(example.b!, 8080))];
    };
    const remove = () => removeObjects(abcd, client, [from]);
    await remove();
    await expectDelays(
      {
        measure,
        set: async () => {
          typed(`kubectl apply -f ${file}`);
          await untilPhase(abcd, 'networkfault/a-to-b', 'Effective');
        },
        clear: remove,
        // The handshake's first packet and the request: two that wait before the answer is there.
        askedMs: [100, 100, 0, 0, 0],
      },
      httpCalls,
    );
  });

  test('kubectl get shows what it is, and where it stands', async () => {
    typed(`kubectl apply -f ${file}`);
    await untilPhase(abcd, 'networkfault/a-to-b', 'Effective');
    const [title, toB, toOutside] = typed(`kubectl --namespace ${abcd} get nf`).trim().split('\n');
    expect(title).toMatch(/^NAME +WHAT +PHASE +READY +AGE$/);
    expect(toB).toMatch(/^a-to-b +delay 50ms to service b +Effective +1\/1 +\S+$/);
    expect(toOutside).toMatch(/^a-to-outside +delay 100ms to example\.com +/);
    if (!suite.onBed) return;
    // Nobody answers for names of the world there, and that is what is said.
    const outside = await untilPhase(abcd, 'networkfault/a-to-outside', 'Pending');
    expect(outside.conditions![0]!.message).toMatch(/^waits for hostname example\.com/);
  });
});

/** When the name of the test below became another pod's. */
let movedAtMs = Infinity;

const label = (pod: MeasuringPod, text: string) =>
  kubectl(['label', '--overwrite', '--namespace', where, `pod/${pod.name}`, text]);

/** Asks until a ping from there is late, or no more so. */
const untilDelayed = (to: MeasuringPod, wanted: boolean) =>
  untilIn(where, async () => {
    const [ms = wanted ? 0 : Infinity] = await caller.ping(to.ip, 1);
    return ms >= 30 === wanted;
  });

test('a name is followed: a pod that DNS names from now on is delayed within seconds, and the old one still is', async () => {
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'named' } },
    spec: { clusterIP: 'None', selector: { named: 'yes' }, ports: [{ port: 8080 }] },
  };
  await Promise.all([apply(where, service), label(c, 'named=yes')]);
  const conf = await caller.exec('cat', '/etc/resolv.conf');
  const [, domain = ''] = /^search \S+?\.(svc\.\S+)/m.exec(conf) ?? [];
  const hostname = `named.${where}.${domain}`;
  const idle = await caller.pingEach([c.ip, b.ip]);
  await inForce(fault('to-name', 'caller', { to: [{ hostname }], delay: { time: '30ms' } }));
  const expectNow = (askedMs: readonly number[]) =>
    expectCompared(async () =>
      (await caller.pingEach([c.ip, b.ip])).map((measured, index) => ({
        ...{ askedMs: askedMs[index]!, idle: idle[index]!, measured },
      })),
    );
  await expectNow([30, 0]);
  await Promise.all([label(b, 'named=yes'), label(c, 'named-')]);
  movedAtMs = performance.now();
  await untilDelayed(b, true);
  const tookMs = performance.now() - movedAtMs;
  process.stderr.write(`another address of a name is delayed after ${(tookMs / 1000).toFixed(1)} s\n`);
  // An answer that is 5 s old in the name server's cache, and 5 s more here; 30 s is what most clusters have.
  expect(tookMs).toBeLessThan(suite.onBed ? 13_000 : 65_000);
  await expectNow([30, 30]);
});

test('both ways, and as a round trip: half at each end, for those without an agent both halves at the one', async () => {
  const to = [podsTarget('b'), podsTarget('client', { namespaces: [client.namespace] })];
  await expectDelays({
    measure: async () => [
      ...(await a.pingEach([b.ip, client.ip, c.ip])),
      ...[await b.ping(a.ip), await client.ping(a.ip), await client.ping(b.ip)],
    ],
    set: () => inForce(fault('both', 'a', { to, direction: 'both', delay: { rtt: '60ms' } })),
    clear: () => remove('both'),
    askedMs: [60, 60, 0, 60, 60, 0],
  });
});

const modes: readonly (readonly [string, Json, number])[] = [
  ['one', { mode: 'one' }, 1],
  ['half, rounded up,', { mode: 'percent', value: 50 }, 2],
];

test.each(modes)('of three pods that are selected %s have it', async (_, mode, count) => {
  const idle = await client.pingEach(everyPod().map(({ ip }) => ip));
  const selector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'b', 'c'] }] };
  await inForce(customObject('NetworkFault', 'some', { selector, ...mode, delay: { time: '30ms' } }));
  expect((await statusOf(where, 'networkfault/some'))!.pods).toMatchObject({
    ...{ selected: count, effective: count },
  });
  await expectCompared(async () => {
    const times = await client.pingEach(everyPod().map(({ ip }) => ip));
    const late = times.filter((some) => Math.min(...some.map((ms) => ms ?? Infinity)) >= 30);
    expect(late).toHaveLength(count);
    return times.map((measured, index) => {
      return { askedMs: late.includes(measured) ? 30 : 0, idle: idle[index]!, measured };
    });
  });
  await remove('some');
});

test('a duration ends it, and it says so', async () => {
  const [idle] = await client.pingEach([a.ip]);
  const begunMs = Date.now();
  await inForce(fault('short', 'a', { delay: { time: '30ms' }, duration: '8s' }));
  await expectMeasuredDelay(() => client.ping(a.ip), 30, idle!);
  expect(Date.now() - begunMs).toBeLessThan(8_000);
  const { startTime, endTime } = await untilPhase(where, 'networkfault/short', 'Finished');
  expect(Date.parse(endTime!) - Date.parse(startTime!)).toBe(8_000);
  await expectMeasuredDelay(() => client.ping(a.ip), 0, idle!);
  await remove('short');
});

describe('while pods are replaced', () => {
  /** So long after a new pod is Ready it may be without the fault, in milliseconds. */
  const mostMs = 2_000;
  const count = 20;
  const everyMs = 100;

  /** At most so long after `readyMs` the first ping from one to another is late, and all that follow are. */
  async function lateSince(readyMs: number, from: MeasuringPod, to: MeasuringPod): Promise<number> {
    const ping = `ping -i ${everyMs / 1000} -c ${count} ${to.ip} || [ $? = 1 ]`;
    const times = parsePing(await from.exec('sh', '-c', ping));
    const endedMs = performance.now();
    const first = times.findIndex((ms) => ms !== undefined && ms >= 30);
    expect(times.slice(first).filter((ms) => ms === undefined || ms < 30)).toEqual([]);
    return first < 0 ? Infinity : endedMs - readyMs - (count - 1 - first) * everyMs;
  }

  test('new pods that a fault selects or targets are delayed within 2 s of being Ready', async () => {
    await inForce(fault('lasting', 'a', { to: [podsTarget('b')], delay: { time: '30ms' } }));
    const names = ['a-later', 'b-later'] as const;
    const [[selected, selectedMs], [targeted, targetedMs]] = await Promise.all([
      startedLike(names[0], 'a'),
      startedLike(names[1], 'b'),
    ]);
    const tookMs = await Promise.all([
      lateSince(selectedMs, selected, b),
      lateSince(targetedMs, a, targeted),
    ]);
    const told = tookMs.map((ms) => ms.toFixed(0)).join(' and ');
    process.stderr.write(`the new pods are delayed ${told} ms after they are seen to be Ready\n`);
    for (const ms of tookMs) expect(ms).toBeLessThan(mostMs);
    await kubectl(['delete', 'pod', a.name, b.name, '--namespace', where]);
    [a, b] = [selected, targeted];
    const idle = await a.pingEach([c.ip]);
    await expectMeasuredDelay(() => a.ping(b.ip), 30, idle[0]!);
    await untilIn(where, async () => (await statusOf(where, 'networkfault/lasting'))?.pods?.selected === 1);
    expect(await statusOf(where, 'networkfault/lasting')).toMatchObject({
      ...{ phase: 'Effective', pods: { selected: 1, effective: 1 } },
    });
  });

  /** Starts a pod. @returns it, and when it was seen to be Ready */
  async function startedLike(name: string, app: string): Promise<readonly [MeasuringPod, number]> {
    const [pod] = await startPods(where, podOf(name, app));
    return [pod!, performance.now()];
  }
});

describe('what cannot be is refused, and it is said why', () => {
  test.each([
    ['a delay without a time', { delay: { time: '20 parsecs' } }, /spec\.delay\.time.*20ms/],
    ['a number of pods that is missing', { mode: 'fixed', delay: { time: '1ms' } }, /value/],
    ['no effect', {}, /delay, loss/],
  ])('%s', async (_, spec, message) => {
    const bad = fault('bad', 'a', spec);
    const { code, stderr } = await tryKubectl(['apply', '--namespace', where, '-f', '-'], textOf([bad]));
    expect(code).toBe(1);
    process.stderr.write(stderr);
    expect(stderr).toMatch(message);
    expect(await read<{ items: Json[] }>('networkfaults', '--namespace', where)).not.toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ metadata: { name: 'bad' } })]),
    });
  });
});

test('an address that a name had before is let go after a minute', async () => {
  await untilDelayed(c, false);
  const seconds = (performance.now() - movedAtMs) / 1000;
  process.stderr.write(`the old address of a name is let go after ${seconds.toFixed(0)} s\n`);
  expect(seconds).toBeGreaterThan(60);
  expect(seconds).toBeLessThan(80);
});
