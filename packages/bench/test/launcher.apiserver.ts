import { Duration, systemClock } from '@podlag/core';
import { configMaps, jobs, namespaces, secrets, services, type KubeApi, type KubeObject } from '@podlag/kube';
import { kubeApiFromKubeconfig } from '@podlag/kube/client';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { benchmarks } from '../src/benchmark/benchmarks';
import { makeOwned, makeOwner, type LaunchPlan, type MakeParts } from '../src/launcher/make-run';
import type { OwnedContext } from '../src/launcher/objects/run-context';
import { runLabel } from '../src/launcher/objects/run-labels';
import { runPods } from '../src/launcher/objects/run-pod';
import type { PlannedWorker } from '../src/launcher/planned-worker';
import { newRunName, runObjectName } from '../src/launcher/run-name';
import { RunNamespace } from '../src/launcher/run-namespace';
import { parseScenario } from '../src/scenario/scenario-document';

// Of the bed: an administrator's.
const { env } = process;
const api: KubeApi = kubeApiFromKubeconfig(env.KUBECONFIG);
const name = `bench-${randomBytes(4).toString('hex')}`;
const deploy = join(__dirname, '../../../deploy/bench');

const kinds = [secrets, configMaps, services, runPods] as const;

jest.setTimeout(120_000);

function kubectl(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function until<T>(ask: () => Promise<T>, isIt: (value: T) => boolean, timeoutMs = 60_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (isIt(value)) return value;
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await pause(200);
  }
}

const onPods = (worker: string): PlannedWorker => ({
  ...{ name: worker, node: worker, zone: 'z', network: 'pod', environment: { kubelet: 'v1.36.3' } },
});

function planWith(
  more: Partial<LaunchPlan['context']> = {},
  workers = [onPods('a'), onPods('b')],
): LaunchPlan {
  const scenario = parseScenario({ name: 'x', benchmarks: ['probe-tcp-rr'], paths: ['pod', 'service'] });
  const long = Duration.parse('30m');
  return {
    context: {
      ...{
        run: newRunName('x', new Date()),
        namespace: name,
        image: 'podlag-bench:0.1.0',
        seed: 7,
        kubernetes: 'v1.36',
      },
      ...{ deadline: long, startWithin: long, linger: long, ttl: long, ...more },
    },
    ...{ scenario, workers, agentPort: undefined, agentToken: 'x' },
    // Of all: the Services have every port that there is.
    ports: [
      ...new Map(
        benchmarks.flatMap(({ ports }) => ports).map((port) => [JSON.stringify(port), port]),
      ).values(),
    ],
  };
}

const parts: MakeParts = { api, clock: systemClock, signal: new AbortController().signal };

async function made(plan: LaunchPlan): Promise<OwnedContext> {
  const owned = await makeOwner(parts, plan);
  await makeOwned(parts, plan, owned);
  return owned;
}

async function objectsOf({ run }: { readonly run: string }): Promise<readonly KubeObject[]> {
  const scope = { namespace: name, labelSelector: `${runLabel}=${run}` };
  return (await Promise.all(kinds.map((kind) => api.list<KubeObject>(kind, scope)))).flat();
}

beforeAll(async () => {
  await new RunNamespace(api, name, systemClock, () => undefined).ensure(
    { agents: false, hostNetwork: false },
    parts.signal,
  );
});

afterAll(async () => {
  await api.delete(namespaces, { name });
});

test('a namespace that enforces the level restricted takes all objects of a run, and none has a field that the API does not know', async () => {
  const plan = planWith();
  const owned = await made(plan);
  const objects = await until(
    () => objectsOf(owned),
    // With the Job's own pod, which its controller makes.
    (all) => all.length === 3 + 1 + 3 + 3,
  );
  const job = await api.get(jobs, { namespace: name, name: runObjectName(owned.run) });
  const again = [...objects, job].map((object) => ({
    ...object,
    metadata: { name: `${object?.metadata.name ?? ''}-2`, namespace: name },
    status: undefined,
  }));
  const asWritten = again.map(withoutWhatTheServerSets);
  kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], list(asWritten));
});

/** Of a Job and of a Service the API server fills in what another object of the same kind may not have too. */
function withoutWhatTheServerSets(object: Record<string, unknown>): unknown {
  const spec = (object.spec ?? {}) as Record<string, unknown>;
  if (object.kind === 'Service') return { ...object, spec: { ports: spec.ports, selector: spec.selector } };
  if (object.kind !== 'Job') return object;
  const { spec: pod } = spec.template as { readonly spec: unknown };
  return { ...object, spec: { ...spec, selector: undefined, template: { spec: pod } } };
}

const list = (items: readonly unknown[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

test('when the Job is deleted the garbage collector takes everything of the run, and nothing of another', async () => {
  const one = await made(planWith());
  const other = await made(planWith());
  await api.delete(jobs, { namespace: name, name: runObjectName(one.run) }, { propagation: 'Background' });
  await until(
    () => objectsOf(one),
    (all) => all.length === 0,
  );
  expect((await objectsOf(other)).length).toBeGreaterThanOrEqual(3 + 1 + 3 + 2);
});

test('a run whose launcher has died at once, and whose pods never ran, goes by its deadline and its ttl', async () => {
  const plan = planWith({ deadline: Duration.parse('3s'), ttl: Duration.parse('1s') });
  const owned = await made(plan);
  await until(
    () => api.get(jobs, { namespace: name, name: runObjectName(owned.run) }),
    (job) => job === undefined,
  );
  await until(
    () => objectsOf(owned),
    (all) => all.length === 0,
  );
});

test('so does one whose launcher has died when there was nothing but the Job', async () => {
  const owned = await makeOwner(
    parts,
    planWith({ deadline: Duration.parse('3s'), ttl: Duration.parse('1s') }),
  );
  await until(
    () => api.get(jobs, { namespace: name, name: runObjectName(owned.run) }),
    (job) => job === undefined,
  );
});

test('a namespace that runs have left empty is deleted, and one with another run in it is not', async () => {
  const namespace = new RunNamespace(api, name, systemClock, () => undefined);
  const owned = await made(planWith());
  await namespace.removeIfEmpty('another-run');
  expect((await api.get(namespaces, { name }))?.metadata.deletionTimestamp).toBeUndefined();
  for (const { metadata } of await api.list(jobs, { namespace: name })) {
    if (metadata.name !== runObjectName(owned.run))
      await api.delete(jobs, metadata, { propagation: 'Background' });
  }
  await until(
    () => api.list<KubeObject>(secrets, { namespace: name }),
    (all) => all.every(({ metadata }) => metadata.labels?.[runLabel] === owned.run),
  );
  await namespace.removeIfEmpty(owned.run);
  await until(
    () => api.get(namespaces, { name }),
    (found) => found === undefined || found.metadata.deletionTimestamp !== undefined,
  );
});

describe('deploy/bench', () => {
  afterAll(() => void kubectl(['delete', '-k', deploy, '--ignore-not-found', '--wait=false']));

  test('is accepted under strict validation, and its pod by the level of its namespace', async () => {
    kubectl(['apply', '--server-side', '--validate=strict', '-k', deploy]);
    await until(
      () =>
        api.list(runPods, {
          namespace: 'podlag-bench',
          labelSelector: 'app.kubernetes.io/component=launcher',
        }),
      (pods) => pods.length === 1,
    );
  });

  test.each([
    ['list nodes', 'yes'],
    ['create jobs.batch -n podlag-bench', 'yes'],
    ['create pods --subresource=proxy -n podlag-bench', 'yes'],
    ['get namespace/podlag-bench -n podlag-bench', 'yes'],
    ['get secrets -n podlag-bench', 'yes'],
    ['list secrets -n podlag-bench', 'no'],
    ['get secrets -n default', 'no'],
    ['create pods --subresource=exec -n podlag-bench', 'no'],
    ['create pods -n default', 'no'],
    ['delete namespace/podlag-bench', 'no'],
  ])('its launcher and %s: %s', (question, answer) => {
    const as = '--as=system:serviceaccount:podlag-bench:podlag-bench';
    const { stdout } = spawnSync('kubectl', ['auth', 'can-i', ...question.split(' '), as], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe(answer);
  });
});
