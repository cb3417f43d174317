import type { ApiPod, PodCondition } from './pod-object';
import { podStatus, type ContainerState, type Observation, type PodObservation } from './pod-status';
import { containerWith, podWith } from './testing';

const now = '2026-11-20T10:00:00Z';
const before = '2026-11-20T09:00:00Z';

const ended = (exitCode: number): ContainerState => ({
  kind: 'terminated',
  ending: { exitCode, startedAt: before, finishedAt: now },
});
const waiting: ContainerState = { kind: 'waiting', reason: 'PodInitializing' };
const running: ContainerState = { kind: 'running', startedAt: before };

const seen = (state: ContainerState, fields: Partial<Observation> = {}): Observation => {
  const up = state.kind === 'running';
  return {
    container: containerWith(),
    state,
    last: undefined,
    restarts: 0,
    started: up,
    ready: up,
    ...fields,
  };
};
const sidecar = (state: ContainerState, fields: Partial<Observation> = {}): Observation =>
  seen(state, { container: containerWith({ name: 'podlag-agent', restartPolicy: 'Always' }), ...fields });

interface Status {
  readonly phase: string;
  readonly conditions: readonly PodCondition[];
  readonly containerStatuses: readonly unknown[];
}
const statusOf = (observation: Partial<PodObservation>): Status =>
  podStatus({
    pod: podWith(),
    ...{ ip: '10.99.1.1', hostIp: '10.99.0.1', startTime: before, problem: undefined, now },
    ...{ init: [], containers: [seen(running)] },
    ...observation,
  }) as Status;
const condition = (status: Status, type: string): PodCondition | undefined =>
  status.conditions.find((candidate) => candidate.type === type);

const never: ApiPod = podWith({ restartPolicy: 'Never' });
const onFailure: ApiPod = podWith({ restartPolicy: 'OnFailure' });
test.each<[string, string, Partial<PodObservation>]>([
  ['Pending', 'before its containers run', { containers: [seen(waiting)] }],
  ['Pending', 'as long as an init container runs', { init: [seen(running)], containers: [seen(waiting)] }],
  ['Pending', 'until a native sidecar is started', { init: [sidecar(running, { started: false })] }],
  ['Running', 'beside a native sidecar that is started', { init: [sidecar(running)] }],
  ['Running', 'when its containers do', {}],
  [
    'Running',
    'while a container waits to be started again',
    { containers: [seen(waiting, { last: { exitCode: 1, startedAt: before, finishedAt: now } })] },
  ],
  [
    'Running',
    'when a container of several has ended',
    { pod: never, containers: [seen(ended(0)), seen(running)] },
  ],
  ['Succeeded', 'when all have ended well', { pod: never, containers: [seen(ended(0))] }],
  [
    'Succeeded',
    'although its native sidecar was killed',
    { pod: never, init: [sidecar(running)], containers: [seen(ended(0))] },
  ],
  [
    'Failed',
    'when one has not, and does not come back',
    { pod: never, containers: [seen(ended(0)), seen(ended(1))] },
  ],
  ['Running', 'when one has not, and comes back', { pod: onFailure, containers: [seen(ended(1))] }],
  [
    'Failed',
    'when an init container failed for good',
    { pod: never, init: [seen(ended(1))], containers: [seen(waiting)] },
  ],
])('a pod is %s %s', (phase, _, observation) => {
  expect(statusOf(observation).phase).toBe(phase);
});

test.each<[string, Partial<PodObservation>]>([
  ['a container is not', { containers: [seen(running), seen(running, { ready: false })] }],
  ['its native sidecar is not', { init: [sidecar(running, { ready: false })] }],
  ['it is not initialized', { init: [seen(running)] }],
])('a pod is not ready when %s', (_, observation) => {
  expect(condition(statusOf(observation), 'Ready')?.status).toBe('False');
  expect(condition(statusOf({}), 'Ready')?.status).toBe('True');
});

test('a condition tells since when it holds', () => {
  const pod = podWith({}, { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: before }] });
  expect(condition(statusOf({ pod }), 'Ready')?.lastTransitionTime).toBe(before);
  const broken = statusOf({ pod, containers: [seen(running, { ready: false })] });
  expect(condition(broken, 'Ready')?.lastTransitionTime).toBe(now);
});

test('what is missing is said', () => {
  expect(condition(statusOf({ problem: 'secret "x" not found' }), 'PodReadyToStartContainers')).toMatchObject(
    {
      status: 'False',
      message: 'secret "x" not found',
    },
  );
});

test('a container that was killed shows how it ended, and how often it came back', () => {
  const last = { exitCode: 137, signal: 9, startedAt: before, finishedAt: now };
  expect(statusOf({ containers: [seen(running, { last, restarts: 1 })] }).containerStatuses).toEqual([
    expect.objectContaining({
      name: 'main',
      ready: true,
      restartCount: 1,
      state: { running: { startedAt: before } },
      lastState: { terminated: { ...last, reason: 'Error' } },
    }),
  ]);
});
