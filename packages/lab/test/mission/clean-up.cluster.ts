import { readFileSync } from 'node:fs';
import { kubectl } from '../deploy/command';
import { namespace as system, read } from '../install/installation';
import { repository, typed } from '../install/readme-lines';
import { expectCompared } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { netemLastSeenMs } from './support/last-seen';
import { limits } from './support/limits';
import { measuringPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { makeOwnNamespace, removeNamespacesOf, untilLeftAreGone } from './support/namespaces';
import { applyFaults, networkFault, untilEffective } from './support/network-faults';
import { podlagObjects } from './support/podlag-objects';
import { qdiscs, type Qdiscs } from './support/qdiscs';
import { isOwn } from './support/remove-podlag';
import { rolledOutIn, untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'clean-up';
const where = 'clean-up';
const doomed = 'clean-up-doomed';
const names = ['a', 'b'];
const ttlMs = 10_000;
/** An agent is told within this of what it is no longer to have, and lets go within this of what has run out, in milliseconds. */
const soonMs = 2_000;

let client: MeasuringPod;
let plain: MeasuringPod;
let pods: readonly MeasuringPod[];
/** Of the pods, before anything was asked of them. */
let bare: readonly Qdiscs[];

beforeAll(async () => {
  await Promise.all([ensureInstalled(), removeNamespacesOf(owner), untilLeftAreGone()]);
  await Promise.all([
    makeOwnNamespace(owner, 'clean-up-client'),
    ...[where, doomed].map((name) => makeOwnNamespace(owner, name, { injected: true })),
  ]);
  const [clients, most] = await Promise.all([
    startPods('clean-up-client', measuringPod('client')),
    startPods(where, measuringPod('plain'), ...names.map((name) => labelled(name))),
    startPods(doomed, labelled('a')),
  ]);
  client = clients[0]!;
  [plain, ...pods] = most as [MeasuringPod, ...MeasuringPod[]];
  bare = await kernels();
}, limits.hookMs);

afterAll(async () => {
  await removeNamespacesOf(owner);
  await ensureInstalled();
}, limits.hookMs);

const labelled = (name: string) => measuringPod(name, { labels: { app: 'delayed' } });

/** What the kernel of each pod has, by tc. */
const kernels = () => Promise.all(names.map((name) => qdiscs(where, name, 'podlag-agent')));

/** In both directions, so that there is a second device in each pod, and with the shortest ttl that there may be. */
const fault = networkFault('slow', 'delayed', {
  ...{ direction: 'both', delay: { time: '20ms' }, ttl: `${ttlMs}ms` },
});

const expectDelay = (askedMs: number) =>
  expectCompared(async () => {
    const [idle = [], ...measured] = await client.pingEach([plain.ip, ...pods.map(({ ip }) => ip)]);
    return measured.map((one) => ({ askedMs, idle, measured: one }));
  });

/** Asks for 20 ms in each direction, and sees that it is so. */
async function delay(): Promise<void> {
  await applyFaults(where, fault);
  await expectDelay(40);
}

/** Nothing of podlag's is in the kernel of any pod: not even an empty tree, nor a device. */
async function expectBare(): Promise<void> {
  expect(await kernels()).toEqual(bare);
  await expectDelay(0);
}

test('no object has a finalizer, so that nothing of it can hang', async () => {
  await delay();
  const { metadata } = await read<{ metadata: object }>('networkfault', 'slow', '--namespace', where);
  expect(metadata).not.toHaveProperty('finalizers');
});

test('a fault has gone from the kernels 2 s after its object was deleted', async () => {
  await kubectl(['delete', 'networkfault', 'slow', '--namespace', where]);
  expect(await netemLastSeenMs(where, ...names)).toBeLessThan(soonMs);
  await expectBare();
});

test('without any controller a fault goes with its ttl, and is back when there is one again', async () => {
  await delay();
  const scale = (replicas: number) =>
    kubectl(['scale', 'deployment/podlag-controller', `--namespace=${system}`, `--replicas=${replicas}`]);
  await scale(0);
  expect(await netemLastSeenMs(where, ...names)).toBeLessThan(ttlMs + soonMs);
  await expectBare();
  await scale(2);
  await rolledOutIn(system, 'deployment/podlag-controller');
  await untilEffective(where, 'slow');
  await expectDelay(40);
});

test('a namespace with a fault in force is gone within 60 s of being deleted', async () => {
  await applyFaults(doomed, fault);
  await kubectl(['delete', 'namespace', doomed, '--wait', '--timeout=60s']);
});

test('the uninstall line of deploy/README.md leaves no object, and after the ttl no kernel has anything of a fault that was in force', async () => {
  const line = 'kubectl delete -k deploy/';
  expect(readFileSync(`${repository}/deploy/README.md`, 'utf8')).toContain(`    ${line} `);
  expect(await podlagObjects()).toEqual(
    expect.arrayContaining([
      'CustomResourceDefinition/networkfaults.podlag.io',
      'CustomResourceDefinition/latencymatrices.podlag.io',
      'CustomResourceDefinition/scenarios.podlag.io',
    ]),
  );
  await expectDelay(40);
  typed(line);
  expect(await netemLastSeenMs(where, ...names)).toBeLessThan(ttlMs + soonMs);
  await expectBare();
  // The APIService of the definitions goes a little after them.
  await untilIn(where, async () => !(await podlagObjects()).some(isOwn));
});
