import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { pods, type KubeObject, type Resource } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { until } from '../../test/until';
import { leastPauseMs, leastPhasePauseMs, StatusWriter, type StatusPlace } from './status-writer';

const ref = { namespace: 'shop', name: 'slow-pd' };
// Any kind with a status does.
const resource: Resource<KubeObject> = pods;

/** Whatever is on its way has time to arrive. */
const pending = () => new Promise((resolve) => setImmediate(resolve));

async function bed() {
  const api = new FakeKubeApi();
  const clock = new FakeClock();
  const writer = new StatusWriter({ api, clock, logger: createLogger('controller', 'silent') });
  const { uid = '' } = (await api.create(resource, { metadata: ref })).metadata;
  const place: StatusPlace = { ...ref, key: 'networkfault/shop/slow-pd', resource, uid, status: undefined };
  const status = () => (api.stored(resource, ref) as { status?: { phase?: string; ready?: string } }).status;
  const phase = () => status()?.phase;
  const ready = () => status()?.ready;
  const patches = () => api.calls.filter(({ verb }) => verb === 'patch').length;
  return { api, clock, writer, place, phase, ready, patches };
}

test('a status is written once, and not again while it is the same', async () => {
  const { clock, writer, place, phase, patches } = await bed();
  writer.want(place, { phase: 'Pending', observedGeneration: 1 });
  await until(() => phase() === 'Pending');
  await until(() => clock.nextAt);
  clock.advance(leastPauseMs);
  writer.want(place, { observedGeneration: 1, phase: 'Pending' });
  expect(patches()).toBe(1);
});

test('of many in one second the first is written at once, and the last when the second is over', async () => {
  const { clock, writer, place, ready, patches } = await bed();
  writer.want(place, { phase: 'Pending' });
  await until(() => clock.nextAt);
  for (let pass = 0; pass < 10; pass++) writer.want(place, { phase: 'Pending', ready: `${pass}/10` });
  clock.advance(leastPhasePauseMs);
  clock.advance(leastPauseMs - leastPhasePauseMs - 1);
  await pending();
  expect(patches()).toBe(1);
  clock.advance(1);
  await until(() => ready() === '9/10');
  expect(patches()).toBe(2);
});

test('another phase is written within a fifth of a second', async () => {
  const { clock, writer, place, phase } = await bed();
  writer.want(place, { phase: 'Pending' });
  await until(() => clock.nextAt);
  writer.want(place, { phase: 'Partial' });
  writer.want(place, { phase: 'Effective' });
  clock.advance(leastPhasePauseMs - 1);
  await pending();
  expect(phase()).toBe('Pending');
  clock.advance(1);
  await until(() => phase() === 'Effective');
});

test('what could not be written is written as soon as the API server is back', async () => {
  const { api, clock, writer, place, phase } = await bed();
  api.startOutage();
  writer.want(place, { phase: 'Pending' });
  await until(() => clock.nextAt);
  api.endOutage();
  await until(() => {
    clock.advance(1_000);
    return phase() === 'Pending';
  });
});

test('an object that has taken the name of another does not get its status', async () => {
  const { api, clock, writer, place, phase } = await bed();
  api.remove(resource, ref);
  await api.create(resource, { metadata: ref });
  writer.want(place, { phase: 'Finished' });
  await until(() => clock.nextAt);
  expect(phase()).toBeUndefined();
});

test('a start is written before what else was wanted, and is not lost to it', async () => {
  const { writer, place, clock, phase, api } = await bed();
  writer.want(place, { phase: 'Pending' });
  const started = writer.writeNow(place, { phase: 'Pending', startTime: '2026-11-20T12:00:00.000Z' });
  writer.want(place, { phase: 'Pending', ready: '0/1' });
  await started;
  await until(() => clock.nextAt);
  clock.advance(leastPauseMs);
  await pending();
  expect(phase()).toBe('Pending');
  expect(api.stored(resource, ref)).toMatchObject({ status: { startTime: '2026-11-20T12:00:00.000Z' } });
});
