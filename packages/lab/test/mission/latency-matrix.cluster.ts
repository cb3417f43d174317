import { median } from '../../src/demo/verdict';
import { kubectl } from '../deploy/command';
import { isReady, podsIn, type Json } from '../install/installation';
import { typed } from '../install/readme-lines';
import { tryTyped } from './support/command-line';
import { apply, customObject, removeObjects, untilPhase } from './support/custom-objects';
import { expectCompared, expectDelays } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import { measuringPod, pingFrom, runningPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { claim, leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { addPingers, pinger } from './support/pinger';
import type { RoundTrips } from './support/ping-output';
import { schedulableNodes } from './support/schedulable-nodes';
import { suite } from './support/suite';
import { timedPings, timedPod } from './support/timed-pings';
import { untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'latency-matrix';
const where = 'latency-matrix';
const tidb = 'tidb-cluster';
const [nodeA, nodeB] = schedulableNodes();

/** In a namespace without the label. */
let client: MeasuringPod;
let p: MeasuringPod;
let q: MeasuringPod;
let far: MeasuringPod | undefined;
/** The nine of the TiDB example. */
let pods: readonly MeasuringPod[];

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner, tidb)]);
  try {
    typed('kubectl apply -f deploy/examples/tidb-cluster.yaml');
  } finally {
    await claim(owner, tidb);
  }
  await Promise.all([
    makeOwnNamespace(owner, 'latency-matrix-client'),
    makeOwnNamespace(owner, where, { injected: true }),
  ]);
  const podOn = (name: string, nodeName = nodeA) =>
    timedPod(name, { labels: { app: name }, spec: { nodeName } });
  const [[only], own] = await Promise.all([
    startPods('latency-matrix-client', measuringPod('client')),
    startPods(where, podOn('p'), podOn('q'), ...(nodeB === undefined ? [] : [podOn('far', nodeB)])),
    untilIn(tidb, async () => (await podsIn(tidb)).filter(isReady).length === 9),
  ]);
  client = only!;
  [p, q, far] = own as [MeasuringPod, MeasuringPod, MeasuringPod?];
  pods = await Promise.all((await podsIn(tidb)).map(({ metadata }) => runningPod(tidb, metadata.name)));
}, limits.hookMs + limits.pullMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

const ownPods = (): readonly MeasuringPod[] => [p, q, ...(far === undefined ? [] : [far])];

const matrix = (name: string, regions: readonly Json[], links: readonly Json[], more: Json = {}): Json =>
  customObject('LatencyMatrix', name, { regions, links, ...more });

async function inForce(namespace: string, one: Json): Promise<void> {
  await apply(namespace, one);
  await untilPhase(namespace, `latencymatrix/${(one.metadata as { name: string }).name}`, 'Effective');
}

describe('the nine pods of the TiDB example in three regions', () => {
  const regionOf = ({ name }: { readonly name: string }) => /-([012])$/.exec(name)?.[1] ?? '2';
  const rttMs: Readonly<Record<string, number>> = { '01': 30, '02': 80, '12': 140 };
  /** 0 within a region, of which nothing is asked. */
  const askedMs = (from: { readonly name: string }, to: { readonly name: string }): number =>
    rttMs[[regionOf(from), regionOf(to)].sort().join('')] ?? 0;

  /** Those of each index; the discovery, which has none, is in the last one. */
  const regions = ['0', '1', '2'].map((index) => ({
    name: `region-${index}`,
    pods: {
      matchExpressions:
        index === '2'
          ? [{ key: 'apps.kubernetes.io/pod-index', operator: 'NotIn', values: ['0', '1'] }]
          : [{ key: 'apps.kubernetes.io/pod-index', operator: 'In', values: [index] }],
    },
  }));
  const links = Object.entries(rttMs).map(([between, rtt]) => ({
    ...{ between: between.split('').map((index) => `region-${index}`), rtt: `${rtt}ms` },
  }));

  interface Measured {
    readonly from: string;
    readonly to: string;
    readonly asked: number;
    /** The median, in milliseconds. */
    readonly is: number;
  }

  /** Within a region nothing is asked, and it is as near as it is. */
  const isOff = ({ asked, is }: Measured) =>
    asked === 0 ? !(is < 5) : !(Math.abs(is - asked) <= Math.max(1, asked * 0.02));

  /** Pings from a pod to all that come after it: a round trip is the same from either end. */
  async function pinged(from: MeasuringPod): Promise<readonly Measured[]> {
    const others = pods.slice(pods.indexOf(from) + 1);
    const ips = others.map(({ ip }) => ip);
    const times = ips.length === 0 ? [] : await pingFrom(from, pinger, ips, 7);
    return others.map((to, index) => ({
      ...{ from: from.name, to: to.name, asked: askedMs(from, to), is: median(times[index]!) ?? Infinity },
    }));
  }

  /** One pod of each node at a time: what pings at the same time waits for the same CPU. */
  async function everyPair(): Promise<readonly Measured[]> {
    const byNode = Map.groupBy(pods, ({ node }) => node);
    const inTurn = async (some: readonly MeasuringPod[]): Promise<readonly Measured[]> => {
      const found: Measured[] = [];
      for (const from of some) found.push(...(await pinged(from)));
      return found;
    };
    return (await Promise.all([...byNode.values()].map(inTurn))).flat();
  }

  beforeAll(async () => {
    // Before: what the network takes by itself is measured then, and containers that start would make it longer.
    await addPingers(tidb, pods);
    await inForce(tidb, matrix('three', regions, links));
    const path = '{range .status.baselines[*]}{.between[*]}{": "}{.rtt}{"\\n"}{end}';
    process.stderr.write(typed(`kubectl get lm three -n ${tidb} -o jsonpath='${path}'`));
  }, limits.hookMs);
  afterAll(() => removeObjects(tidb, client, pods), limits.hookMs);

  test('every pair is as far apart as was asked, within 1 ms or 2 %, and near within a region', async () => {
    let found = await everyPair();
    // Another program that has the CPU makes a round trip longer; so it does one that is taken off, until it is measured again.
    for (let made = 1; made < 4 && found.some(isOff); made++) found = await everyPair();
    for (const { from, to, asked, is } of found) {
      process.stderr.write(`${from} ${to}: asked ${asked} ms, measured ${is.toFixed(2)} ms\n`);
    }
    expect(found).toHaveLength(36);
    expect(Map.groupBy(found, ({ asked }) => asked).get(0)).toHaveLength(9);
    expect(found.filter(isOff)).toEqual([]);
  });

  test('podlag verify finds it as asked', () => {
    const line = `podlag verify latencymatrix/three --namespace ${tidb} --to basic-tidb-1 -o json`;
    let ended = tryTyped(line);
    for (let made = 1; made < 3 && ended.code === 3; made++) ended = tryTyped(line);
    const { object, summary } = JSON.parse(ended.stdout) as Json;
    expect({ object, summary }).toEqual({
      object: { name: 'latencymatrix/three', phase: 'Effective' },
      summary: { ok: 6, off: 0, unreachable: 0, unmeasurable: 0 },
    });
    expect(ended.code).toBe(0);
  });
});

const regionOfApp = (app: string): Json => ({ name: app, pods: { matchLabels: { app } } });

test('a link may be slower back than there: each direction by itself, on two pods that have one clock', async () => {
  const oneWay = async (): Promise<readonly RoundTrips[]> => {
    const [pings = []] = await timedPings(p, [q], { intervalMs: 50, seconds: 2 });
    return [
      pings.map(({ thereMs }) => thereMs),
      pings.map(({ thereMs, roundTripMs }) => roundTripMs - thereMs),
    ];
  };
  const links = [
    { from: 'p', to: 'q', delay: '15ms' },
    { from: 'q', to: 'p', delay: '40ms' },
  ];
  const regions = [regionOfApp('p'), regionOfApp('q')];
  await expectDelays({
    measure: oneWay,
    set: () => inForce(where, matrix('uneven', regions, links, { subtractBaseline: false })),
    clear: () => removeObjects(where, client, ownPods()),
    askedMs: [15, 40],
  });
});

const regionLabel = 'topology.kubernetes.io/region';

// The nodes of others have their own regions.
if (suite.onBed && nodeB !== undefined) {
  test('pods are in the region of their node, also when that changes', async () => {
    const nodeRegions = (...names: readonly string[]) =>
      Promise.all(
        [nodeA!, nodeB].map((node, index) =>
          kubectl(['label', '--overwrite', 'node', node, names[index] ?? `${regionLabel}-`]),
        ),
      );
    const toOthers = () => p.pingEach([q.ip, far!.ip], 11);
    const idle = await toOthers();
    const expectDelay = (...askedMs: readonly number[]) =>
      expectCompared(async () =>
        (await toOthers()).map((measured, index) => ({
          ...{ askedMs: askedMs[index]!, idle: idle[index]!, measured },
        })),
      );
    try {
      await nodeRegions(`${regionLabel}=main`, `${regionLabel}=branch`);
      const regions = ['main', 'branch'].map((name) => ({ name, nodeRegion: name }));
      const links = [{ between: ['main', 'branch'], rtt: '50ms' }];
      await inForce(where, matrix('nodes', regions, links, { subtractBaseline: false }));
      await expectDelay(0, 50);
      await nodeRegions(`${regionLabel}=main`, `${regionLabel}=main`);
      await untilIn(where, async () => ((await p.ping(far!.ip, 1))[0] ?? Infinity) < 50);
      await expectDelay(0, 0);
    } finally {
      await nodeRegions();
      await removeObjects(where, client, ownPods());
    }
  });
}
