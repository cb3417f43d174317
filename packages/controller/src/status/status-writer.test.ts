import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { pods, type Resource } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { until } from '../../test/until';
import {
  leastPauseMs,
  leastPhasePauseMs,
  StatusWriter,
  type StatusObject,
  type StatusPlace,
} from './status-writer';

const ref = { namespace: 'shop', name: 'slow-pd' };
// Any kind with a status does.
const resource: Resource<StatusObject> = pods as Resource<StatusObject>;

/** Whatever is on its way has time to arrive. */
const pending = () => new Promise((resolve) => setImmediate(resolve));

async function bed() {
  const api = new FakeKubeApi();
  const clock = new FakeClock();
  const leader = { isSure: true };
  const writer = new StatusWriter({
    ...{ api, clock, logger: createLogger('controller', 'silent') },
    mayWrite: () => leader.isSure,
  });
  const { uid = '', resourceVersion } = (await api.create(resource, { metadata: ref })).metadata;
  const place: StatusPlace = {
    ...{ ...ref, key: 'networkfault/shop/slow-pd', resource, uid },
    ...{ status: undefined, resourceVersion },
  };
  /** As a watch tells of it now. */
  const heard = (): StatusPlace => {
    const { metadata, status } = api.stored<StatusObject>(resource, ref);
    return { ...place, status, resourceVersion: metadata.resourceVersion };
  };
  const status = () => (api.stored(resource, ref) as { status?: { phase?: string; ready?: string } }).status;
  const phase = () => status()?.phase;
  const ready = () => status()?.ready;
  const patches = () => api.calls.filter(({ verb }) => verb === 'patch').length;
  return { api, clock, writer, leader, place, heard, phase, ready, patches };
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

/** Somebody else, such as a leader of before, writes another status. */
const overwrite = (api: FakeKubeApi, phase: string) =>
  api.edit(resource, ref, (object) => ({ ...object, status: { phase } }));

test('one that does not lead for sure writes nothing, and goes on as soon as it does', async () => {
  const { clock, writer, leader, place, phase, patches } = await bed();
  leader.isSure = false;
  writer.want(place, { phase: 'Pending' });
  await until(() => clock.nextAt);
  expect(await writer.writeNow(place, { phase: 'Pending', startTime: '2026-11-20T12:00:00.000Z' })).toBe(
    false,
  );
  clock.advance(leastPauseMs);
  await pending();
  expect(patches()).toBe(0);
  leader.isSure = true;
  clock.advance(leastPauseMs);
  await until(() => phase() === 'Pending');
});

test('what could not be written as leader is not tried again when another leads', async () => {
  const { api, clock, writer, leader, place, patches } = await bed();
  api.startOutage();
  writer.want(place, { phase: 'Failed' });
  await until(() => clock.nextAt);
  api.endOutage();
  leader.isSure = false;
  clock.advance(60_000);
  await pending();
  expect(patches()).toBe(1);
});

test('what waits for its turn when the writer is closed is not written', async () => {
  const { api, writer, place, patches } = await bed();
  const names = Array.from({ length: 12 }, (_, index) => `slow-${index}`);
  for (const name of names) api.seed(resource, { metadata: { ...ref, name, uid: name } });
  for (const name of names)
    writer.want({ ...place, key: `networkfault/shop/${name}`, name, uid: name }, { phase: 'Failed' });
  const asked = patches();
  expect(asked).toBeLessThan(names.length);
  writer.close();
  await pending();
  expect(patches()).toBe(asked);
});

test('a start that was on its way when another took over does not count', async () => {
  const { api, writer, place } = await bed();
  api.beforeNext(() => writer.close(), 'patch');
  expect(await writer.writeNow(place, { phase: 'Pending' })).toBe(false);
});

test('a status that somebody else has written over is put right', async () => {
  const { api, clock, writer, place, heard, phase, patches } = await bed();
  writer.want(place, { phase: 'Effective' });
  await until(() => clock.nextAt);
  expect(writer.isOverwritten(heard())).toBe(false);
  overwrite(api, 'Failed');
  expect(writer.isOverwritten(heard())).toBe(true);
  writer.want(heard(), { phase: 'Effective' });
  clock.advance(leastPauseMs);
  await until(() => phase() === 'Effective');
  expect(patches()).toBe(2);
});

test('a status that is written over before this one has written any is put right', async () => {
  const { api, writer, place, heard, phase } = await bed();
  expect(writer.isOverwritten(place)).toBe(true);
  overwrite(api, 'Failed');
  writer.want(heard(), { phase: 'Failed' });
  overwrite(api, 'Effective');
  expect(writer.isOverwritten(heard())).toBe(true);
  writer.want(heard(), { phase: 'Failed' });
  await until(() => phase() === 'Failed');
});

test('what a watch tells late is no reason to write again', async () => {
  const { clock, writer, place, heard, patches } = await bed();
  writer.want(place, { phase: 'Pending' });
  await until(() => clock.nextAt);
  const late = heard();
  for (const told of [place, late]) writer.want(told, { phase: 'Effective' });
  clock.advance(leastPauseMs);
  await pending();
  expect(patches()).toBe(2);
  for (const told of [place, late, heard()]) {
    expect(writer.isOverwritten(told)).toBe(false);
    writer.want(told, { phase: 'Effective' });
    clock.advance(leastPauseMs);
    await pending();
  }
  expect(patches()).toBe(2);
});

test('what an API server leaves out of a status is not written again and again', async () => {
  const { api, clock, place, heard, patches } = await bed();
  const writer = new StatusWriter({
    ...{ clock, logger: createLogger('controller', 'silent'), mayWrite: () => true },
    // Of a later release than its definitions.
    api: {
      patch: (kind, at, [test], options) =>
        api.patch(kind, at, [test!, { op: 'add', path: '/status', value: { phase: 'Pending' } }], options),
    },
  });
  const status = { phase: 'Pending', summary: 'delay 20ms to everybody' };
  writer.want(place, status);
  await until(() => clock.nextAt);
  for (let pass = 0; pass < 3; pass++) {
    api.edit(resource, ref, (object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { pass: `${pass}` } },
    }));
    writer.want(heard(), status);
    clock.advance(leastPauseMs);
    await pending();
  }
  expect(patches()).toBe(1);
});
