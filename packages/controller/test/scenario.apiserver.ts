import { scenarios, type Scenario, type ScenarioState } from '@podlag/api';
import { Duration } from '@podlag/core';
import { ApiServerBed } from './apiserver-bed';
import { until } from './until';

const bed = new ApiServerBed();
const { api, fleet, namespace } = bed;

jest.setTimeout(120_000);
beforeAll(() => bed.open());
beforeEach(async () => {
  await Promise.all(['pd-1', 'web-1', 'web-2'].map((name) => bed.add(name, { app: name.slice(0, -2) })));
});
afterEach(() => bed.clear());
afterAll(() => bed.close());

const fault = {
  selector: { matchLabels: { app: 'web' } },
  to: [{ pods: { selector: { matchLabels: { app: 'pd' } } } }],
};

function story(steps: Scenario['spec']['steps']): Scenario {
  return { metadata: { name: 'story', namespace }, spec: { steps } };
}

const status = async () => (await bed.scenario('story'))?.status;
const inPhase = (phase: string, timeoutMs = 20_000) =>
  until(async () => {
    const now = await status();
    return now?.phase === phase ? now : undefined;
  }, timeoutMs);
const turn = (state: ScenarioState) => bed.edit(scenarios, 'story', { state });

/** What is added now to packets from a pod to the target, in milliseconds. */
const addedMs = (name: string) => bed.addedMs(name, fleet.at('pd-1').address);

test('a ramp goes up step by step at the agents alone: the controller is stopped, and another finds it finished', async () => {
  await api.create(
    scenarios,
    story([
      {
        name: 'up',
        for: '6s',
        ramp: { from: '10ms', to: '50ms', steps: 3 },
        fault: { ...fault, delay: { time: '10ms' } },
      },
    ]),
  );
  await bed.start();
  const { startTime = '', skew } = await inPhase('Running');
  expect(Duration.parse(skew ?? '').milliseconds).toBeLessThanOrEqual(20);
  await until(async () => (await addedMs('web-1')) === 10, 10_000);
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(startTime));
  await bed.stopControllers();
  for (const ms of [30, 50])
    await until(async () => (await addedMs('web-1')) === ms && (await addedMs('web-2')) === ms, 5_000);
  await until(async () => (await addedMs('web-1')) === 0, 5_000);
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(startTime) + 6_000);
  await bed.start();
  const finished = await inPhase('Finished');
  expect(finished).toMatchObject({ startTime });
  expect(Date.parse(finished.endTime ?? '')).toBe(Date.parse(startTime) + 6_000);
  await until(async () => (await bed.faultsOf('web-1')).length === 0);
});

test('it is paused, goes on from there, and ends when it is aborted', async () => {
  await api.create(
    scenarios,
    story([{ name: 'slow', for: '10m', fault: { ...fault, delay: { time: '20ms' } } }]),
  );
  await bed.start();
  await inPhase('Running');
  await until(async () => (await addedMs('web-1')) === 20, 10_000);
  await turn('Paused');
  const { position = '', startTime: first = '' } = await inPhase('Paused');
  await until(async () => (await addedMs('web-1')) === 0);
  const resumedAt = Date.now();
  await turn('Running');
  await until(async () => (await status())?.position === undefined);
  await until(async () => (await addedMs('web-2')) === 20, 10_000);
  const { startTime = '' } = (await status()) ?? {};
  // What it stood still for is not counted: it is as far as when it was paused a little after it was told to go on.
  expect(Date.parse(startTime)).toBeGreaterThan(Date.parse(first));
  expect(Date.parse(startTime) + Duration.parse(position).milliseconds).toBeGreaterThanOrEqual(resumedAt);
  await turn('Aborted');
  await inPhase('Aborted');
  await until(async () => (await bed.faultsOf('web-1')).length === 0);
});
