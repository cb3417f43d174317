import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from '../deploy/command';
import { textOf } from '../deploy/manifest';
import { leader, namespace as system, type Json } from '../install/installation';
import { tryTyped, typedWithPodlag } from './support/command-line';
import {
  apply,
  customObject,
  removeObjects,
  statusOf,
  untilForgotten,
  untilPhase,
} from './support/custom-objects';
import { expectCompared } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import { measuringPod, runningPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { schedulableNodes } from './support/schedulable-nodes';
import { apartMs, areOnTime, changesSeen, type Change } from './support/seen-changes';
import { timedPings, timedPod } from './support/timed-pings';
import { rolledOutIn, untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'scenario';
const where = 'scenario';
const attempts = 3;

/** Asks both others. Its clock tells the time of all that is seen. */
let client: MeasuringPod;
/** They have what the scenarios ask for: one beside the client, one on another node where there is one. */
let answering: readonly MeasuringPod[];

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner)]);
  await makeOwnNamespace(owner, where, { injected: true });
  // What a scenario's times are by is the clock of the controller that leads.
  const { node } = await runningPod(system, (await leader())!.replace(/_.*$/, ''));
  const other = schedulableNodes().find((one) => one !== node) ?? node;
  const labels = { app: 'answers' };
  const [first, ...others] = await startPods(
    where,
    measuringPod('client', { spec: { nodeName: node } }),
    ...[node, other].map((nodeName, index) =>
      timedPod(`answers-${index + 1}`, { labels, spec: { nodeName } }),
    ),
  );
  client = first!;
  answering = others;
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

afterEach(() => removeObjects(where, client, answering));

/** A step with a delay of all that the answering pods send. */
const step = (name: string, time: string, hours: Json): Json => ({
  ...{ name, ...hours },
  fault: { selector: { matchLabels: { app: 'answers' } }, delay: { time } },
});

/** What `timeline` asks for, in milliseconds from its start. */
const timelineChanges: readonly Change[] = [
  { atMs: 1_000, delayMs: 40 },
  { atMs: 2_000, delayMs: 0 },
  // The ramp's first step is nothing; the last one holds to the end of the step.
  { atMs: 3_500, delayMs: 25 },
  { atMs: 4_000, delayMs: 50 },
  { atMs: 4_500, delayMs: 75 },
  { atMs: 5_500, delayMs: 0 },
  { atMs: 6_500, delayMs: 60 },
  { atMs: 7_000, delayMs: 0 },
  { atMs: 7_500, delayMs: 60 },
  // Cut short by the end of all.
  { atMs: 7_900, delayMs: 0 },
];

const timeline = (name: string): Json =>
  customObject('Scenario', name, {
    duration: '7900ms',
    steps: [
      step('once', '40ms', { at: '1s', for: '1s' }),
      step('slower', '75ms', {
        ...{ at: '3s', for: '2500ms' },
        ramp: { from: '0ms', to: '75ms', steps: 4, over: '2s' },
      }),
      step('flap', '60ms', { at: '6500ms', for: '500ms', every: '1s' }),
    ],
  });

/** Applies a scenario with the steps of `timeline`, does that, and tells when each change was seen at each pod. */
async function seenWhile(name: string, work: () => Promise<unknown>) {
  // The lead, and what the exec takes to begin.
  const pinging = timedPings(client, answering, { intervalMs: 10, seconds: 14 });
  const applied = apply(where, timeline(name)).then(work);
  const [pings] = await Promise.all([pinging, applied]);
  const { startTime } = (await statusOf(where, `scenario/${name}`))!;
  return pings.map((ones) => changesSeen(ones, Date.parse(startTime!), timelineChanges));
}

test('each step of a scenario is seen within 100 ms of its time, and at two pods within 20 ms of each other', async () => {
  let skew: string | undefined;
  const attempt = (name: string) =>
    seenWhile(name, async () => {
      ({ skew } = await untilPhase(where, `scenario/${name}`, 'Running'));
    });
  let name = 'on-time';
  let seen = await attempt(name);
  // Another program that has the CPU makes a timer late.
  for (let made = 1; made < attempts && !areOnTime(seen, 100); made++)
    seen = await attempt((name += '-again'));
  expect(seen.flat().filter((ms) => ms === undefined || Math.abs(ms) > 100)).toEqual([]);
  expect(apartMs(seen)).toBeLessThanOrEqual(20);
  process.stderr.write(`the agents' clocks are within ${skew!} by their own word\n`);
  expect(parseInt(skew!)).toBeLessThanOrEqual(20);
  const finished = await untilPhase(where, `scenario/${name}`, 'Finished');
  expect(Date.parse(finished.endTime!) - Date.parse(finished.startTime!)).toBe(7_900);
  expect(finished.pods).toEqual({ selected: 2, effective: 0, pending: 0, failed: 0 });
});

test('a scenario that has begun goes on without a controller', async () => {
  const controller = ['deployment/podlag-controller', '--namespace', system];
  const pods = ['pod', '--selector=app.kubernetes.io/name=podlag-controller', '--namespace', system];
  let goneMs = Infinity;
  try {
    const seen = await seenWhile('alone', async () => {
      await untilPhase(where, 'scenario/alone', 'Running');
      await kubectl(['scale', '--replicas=0', ...controller]);
      await kubectl(['delete', '--now', ...pods]);
      goneMs = await sinceStart('alone');
      process.stderr.write(`the controllers are gone ${goneMs} ms after the start\n`);
    });
    const alone = seen.map((times) => times.filter((_, index) => timelineChanges[index]!.atMs > goneMs));
    expect(alone[0]!.length).toBeGreaterThanOrEqual(4);
    // Each was seen near its time. How near is the test before, while nothing else is done on the nodes.
    areOnTime(alone, 100);
    expect(alone.flat()).not.toContain(undefined);
  } finally {
    await kubectl(['scale', '--replicas=2', ...controller]);
    await rolledOutIn(system, 'deployment/podlag-controller');
  }
  await untilPhase(where, 'scenario/alone', 'Finished');
});

async function sinceStart(name: string): Promise<number> {
  const status = await statusOf(where, `scenario/${name}`);
  return Date.now() - Date.parse(status!.startTime!);
}

const pingBoth = () =>
  client.pingEach(
    answering.map(({ ip }) => ip),
    10,
  );

test('podlag scenario pause, resume and abort do what they say', async () => {
  const title = 'scenario/held';
  const idle = await pingBoth();
  // It runs from a common start on, which is a little later for all to hear of it.
  const untilDelayed = () =>
    untilIn(where, async () => (await pingBoth()).flat().every((ms) => ms !== undefined && ms >= 40));
  const expectDelay = (askedMs: number) =>
    expectCompared(async () =>
      (await pingBoth()).map((measured, index) => ({ askedMs, idle: idle[index]!, measured })),
    );
  await apply(where, customObject('Scenario', 'held', { steps: [step('slow', '40ms', { for: '2m' })] }));
  await untilPhase(where, title, 'Running');
  await untilDelayed();
  await expectDelay(40);
  const verb = (name: string) => typedWithPodlag(`podlag scenario ${name} held --namespace ${where}`);
  expect(verb('pause')).toContain('held');
  const { position } = await untilPhase(where, title, 'Paused');
  expect(position).toMatch(/^[0-9.]+m?s$/);
  await untilForgotten(where, client, answering);
  await expectDelay(0);
  expect((await statusOf(where, title))!.position).toBe(position);
  verb('resume');
  expect((await untilPhase(where, title, 'Running')).position).toBeUndefined();
  await untilDelayed();
  await expectDelay(40);
  verb('abort');
  await untilPhase(where, title, 'Aborted');
  await untilForgotten(where, client, answering);
  await expectDelay(0);
  // What was aborted stays so.
  const { code, stderr } = tryTyped(`podlag scenario resume held --namespace ${where}`);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Aborted is for good')]);
});

test('podlag scenario run applies a file, tells each change as it comes, and ends with the scenario', async () => {
  const file = join(tmpdir(), 'podlag-afternoon.yaml');
  const steps = [
    step('slower', '50ms', { for: '2s', ramp: { from: '0ms', to: '50ms', steps: 3, over: '1s' } }),
    { name: 'template', at: '3s', for: '1s', networkFault: 'lonely' },
  ];
  const lonely = customObject('NetworkFault', 'lonely', {
    ...{ suspend: true, partition: true, mode: 'one', selector: { matchLabels: { app: 'answers' } } },
  });
  await writeFile(file, textOf([customObject('Scenario', 'afternoon', { steps }), lonely]));
  const { code, stderr } = tryTyped(`podlag scenario run ${file} --namespace ${where}`);
  // It may be seen before the controller has said anything of it.
  expect(stderr.replace('afternoon: Pending\n', '').trim().split('\n')).toEqual([
    'networkfault.podlag.io/lonely applied',
    'scenario.podlag.io/afternoon applied',
    'afternoon: Running',
    expect.stringMatching(/^\+\S+ slower: in force$/),
    expect.stringMatching(/^\+2(\.\d)?s slower: ended$/),
    expect.stringMatching(/^\+3(\.\d)?s template: in force$/),
    expect.stringMatching(/^\+4(\.\d)?s template: ended$/),
    'afternoon: Finished',
  ]);
  expect(code).toBe(0);
});
