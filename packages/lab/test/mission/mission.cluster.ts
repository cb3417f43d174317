import { agentOf, isReady, podsIn } from '../install/installation';
import { readmeLines, typed } from '../install/readme-lines';
import { expectDelays, httpCalls } from './support/expected-delay';
import { installLine, typeInstallLine } from './support/installed';
import { limits } from './support/limits';
import { agentLog } from './support/logs';
import {
  agentUrl,
  execIn,
  measuringPod,
  pingFrom,
  runningPod,
  startPods,
  type MeasuringPod,
} from './support/measuring-pod';
import {
  claim,
  leaveNamespacesOf,
  makeOwnNamespace,
  removeNamespacesOf,
  untilInjected,
} from './support/namespaces';
import { parsePing, type RoundTrips } from './support/ping-output';
import { suite } from './support/suite';
import { untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'mission';
const tidb = 'tidb-cluster';
const names = [
  ...['basic-pd-0', 'basic-pd-1', 'basic-pd-2'],
  ...['basic-tidb-0', 'basic-tidb-1'],
  ...['basic-tikv-0', 'basic-tikv-1', 'basic-tikv-2'],
];

/** What each line of the README printed. */
let printed: Readonly<Record<string, string>>;
/** In a namespace of its own, which has no label. */
let client: MeasuringPod;
let pods: readonly MeasuringPod[];

const pod = (name: string): MeasuringPod => pods.find((one) => one.name === name)!;
const ipsOf = (some: readonly MeasuringPod[]): readonly string[] => some.map(({ ip }) => ip);

beforeAll(async () => {
  await removeNamespacesOf(owner, 'shop', tidb);
  const lines = await readmeLines('Install it in a cluster');
  expect(lines[0]).toBe(installLine);
  printed = { [installLine]: await typeInstallLine() };
  for (const line of lines.slice(1)) {
    try {
      printed = { ...printed, [line]: typedUntilPulled(line) };
    } finally {
      await claim(owner, 'shop', tidb);
    }
  }
  // `kubectl wait pod --all` waits for those that are there when it begins, and a controller may still be making more.
  await untilIn(tidb, async () => (await podsIn(tidb)).filter(isReady).length === 9);
  await makeOwnNamespace(owner, 'mission-client');
  [client] = (await startPods('mission-client', measuringPod('client'))) as [MeasuringPod];
  pods = await Promise.all((await podsIn(tidb)).map(({ metadata }) => runningPod(tidb, metadata.name)));
}, limits.hookMs + limits.pullMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

/** Types the line; one that waits for pods again, as a user would, where the nodes have to get the images first. */
function typedUntilPulled(line: string): string {
  const endMs = performance.now() + limits.pullMs;
  for (;;) {
    try {
      return typed(line);
    } catch (error) {
      const mayPull = !suite.onBed && line.includes(' rollout status ');
      if (!mayPull || performance.now() > endMs) throw error;
    }
  }
}

/** Those that a test may delay. */
const members = (): readonly MeasuringPod[] => ['basic-pd-0', 'basic-pd-1', 'basic-pd-2'].map(pod);

afterEach(() => setLatency('0ms', ...members()));

/** The short way of the README, from the client pod. */
async function setLatency(latency: string, ...which: readonly MeasuringPod[]): Promise<void> {
  await Promise.all(which.map((one) => client.wget(agentUrl(one, `/latency/${latency}`))));
}

test('all nine pods of the TiDB cluster are Running and Ready, each with its agent as a native sidecar', async () => {
  const found = await podsIn(tidb);
  expect(found.map(({ metadata }) => metadata.name).sort()).toEqual([
    expect.stringMatching(/^basic-discovery-/),
    ...names,
  ]);
  for (const one of found) {
    expect(isReady(one)).toBe(true);
    expect(agentOf(one)).toMatchObject({ restartPolicy: 'Always', image: suite.agentImage });
  }
  expect(Object.keys(printed)).toContain('kubectl -n tidb-cluster get pods');
  const listed = typed('kubectl -n tidb-cluster get pods');
  expect(listed.match(/\b(2\/2|3\/3) +Running\b/g)).toHaveLength(9);
});

test.each([
  ['basic-pd-0', 'pd podlag-agent'],
  ['basic-tikv-0', 'tikv podlag-agent'],
  ['basic-tidb-0', 'slowlog tidb podlag-agent'],
])('the containers of %s are %s', (name, containers) => {
  const path = '{.spec.containers[*].name} {.spec.initContainers[*].name}';
  expect(typed(`kubectl get pod ${name} -n ${tidb} -o jsonpath='${path}'`)).toBe(containers);
});

test('the trial run of the README says that a pod of that namespace would get its agent', async () => {
  // The API servers hear of a new webhook by a watch: the line may have been typed before they had.
  await untilInjected('shop');
  const line = Object.keys(printed).find((one) => one.includes('--dry-run=server'))!;
  expect(typed(line)).toContain('Warning: podlag: injected: native sidecar podlag-agent');
});

test('the label line of the README counts for pods that come after it: they have an agent, and those before it none', async () => {
  const where = 'mission-labelled';
  await makeOwnNamespace(owner, where);
  const [old] = (await startPods(where, measuringPod('old'))) as [MeasuringPod];
  const line = Object.keys(printed).find((one) => one.startsWith('kubectl label namespace shop '))!;
  typed(line.replace(' shop ', ` ${where} `));
  await untilInjected(where);
  const [later] = (await startPods(where, measuringPod('later'))) as [MeasuringPod];
  const agents = (await podsIn(where)).map((one) => [one.metadata.name, agentOf(one)?.name]);
  expect(Object.fromEntries(agents)).toEqual({ old: undefined, later: 'podlag-agent' });
  await expectDelays({
    measure: () => client.pingEach(ipsOf([later, old])),
    set: () => setLatency('20ms', later),
    clear: () => setLatency('0ms', later),
    askedMs: [20, 0],
  });
});

test.each([20, 50])(
  'a delay of one pod by %i ms is what a ping from another pod shows, and goes; nobody else has it',
  async (askedMs) => {
    const [slow, ...others] = [pod('basic-pd-0'), ...pods.filter(({ name }) => name !== 'basic-pd-0')];
    await expectDelays({
      measure: () => client.pingEach(ipsOf([slow, ...others])),
      set: async () => {
        const answer = await client.call('GET', agentUrl(slow, `/latency/${askedMs}ms`));
        expect(answer).toMatchObject({ latency: `${askedMs}ms` });
        expect(answer['tc command']).toContain(`delay ${askedMs}ms`);
        const asked = await client.call('GET', agentUrl(slow, '/latency'));
        expect(asked).toMatchObject({ latency: `${askedMs}ms` });
      },
      clear: () => setLatency('0ms', slow),
      askedMs: [askedMs, ...others.map(() => 0)],
    });
  },
);

test('a delay can be changed while it is in force', async () => {
  const slow = pod('basic-pd-0');
  const clear = () => setLatency('0ms', slow);
  const set = async () => {
    await setLatency('50ms', slow);
    await setLatency('20ms', slow);
  };
  await expectDelays({ measure: () => client.pingEach([slow.ip]), askedMs: [20], set, clear });
});

// Of the pods of the example these have a container with ping, on every cluster.
test.each(['basic-tidb-0', 'basic-tidb-1'])(
  '%s reaches the other pods as before, while it reaches the slow one late',
  async (name) => {
    const slow = pod('basic-pd-0');
    const others = pods.filter((one) => one !== slow && one.name !== name);
    await expectDelays({
      measure: () => pingFrom(pod(name), 'slowlog', ipsOf([slow, ...others])),
      set: () => setLatency('20ms', slow),
      clear: () => setLatency('0ms', slow),
      askedMs: [20, ...others.map(() => 0)],
    });
  },
);

test('the log of the agent tells what was asked of the kernel', async () => {
  await setLatency('23ms', pod('basic-pd-0'));
  const log = await agentLog(tidb, 'basic-pd-0');
  const commands = log.flatMap((line) => (line.msg === 'kernel confirmed' ? line.commands : []));
  expect(commands).toContainEqual(expect.stringMatching(/^tc qdisc .* netem .*delay 23ms/));
});

/** Such as `tidb-cluster.svc.cluster.local`: the domain is each cluster's own, and nslookup tries no others by itself. */
async function serviceDomain(): Promise<string> {
  const conf = await execIn(tidb, 'basic-tidb-0', 'slowlog', ['cat', '/etc/resolv.conf']);
  return /^search (\S+)/m.exec(conf)![1]!;
}

test('Services and DNS of the TiDB cluster work through delayed pods, late by what was asked: handshake and answer', async () => {
  const service = `basic-pd.${await serviceDomain()}`;
  expect(service).toMatch(/^basic-pd\.tidb-cluster\.svc\./);
  const found = await execIn(tidb, 'basic-tidb-0', 'slowlog', ['nslookup', service]);
  expect(found).toContain('Address');
  const measure = async () => [await client.timesOf(`http://${service}.:2379/`)];
  const set = () => setLatency('20ms', ...members());
  const clear = () => setLatency('0ms', ...members());
  await expectDelays({ measure, askedMs: [40], set, clear }, httpCalls);
});

if (suite.onBed) {
  test('on a machine that reaches pods, curl and ping of the README show the same', async () => {
    const slow = pod('basic-pd-0');
    const curl = (latency: string): unknown =>
      JSON.parse(typed(`curl -sS -X GET http://${slow.ip}:2332/latency/${latency}`));
    await expectDelays({
      measure: () => Promise.resolve([pingedFromHere(slow)]),
      set: () => {
        expect(curl('20ms')).toMatchObject({ latency: '20ms' });
        return Promise.resolve();
      },
      clear: () => Promise.resolve(curl('0ms')),
      askedMs: [20],
    });
  });
}

function pingedFromHere({ ip }: MeasuringPod): RoundTrips {
  return parsePing(typed(`ping -A -c 20 -W 3 ${ip}`));
}
