import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { events, kubeErrors } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { EventWriter } from './event-writer';
import { eventPeriodMs, kubeEvent, type SidecarEvent } from './sidecar-event';

function about(name: string, reason: SidecarEvent['reason'] = 'pod-security'): SidecarEvent {
  const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: `uid of ${name}` };
  return { namespace: 'shop', controller, reason, message: `podlag: no sidecar (${reason})` };
}

function bed() {
  const api = new FakeKubeApi();
  const clock = new FakeClock();
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const outcomes: string[] = [];
  const replica = () =>
    new EventWriter(api, {
      logger: createLogger('injector', 'info', { write }),
      onEnd: (outcome) => void outcomes.push(outcome),
      clock,
    });
  return { api, clock, lines, outcomes, replica, writer: replica() };
}

const forbidden = kubeErrors.error('kube-forbidden', 'the injector may not create events -n shop');

test('an Event is written after the caller went on', async () => {
  const { api, clock, outcomes, writer } = bed();
  writer.tell(about('web'));
  expect(api.calls).toEqual([]);
  await writer.idle();
  const written = kubeEvent(about('web'), clock.now());
  expect(api.stored(events, { namespace: 'shop', name: written.metadata.name })).toMatchObject(written);
  expect(api.calls).toMatchObject([{ verb: 'create', resource: 'events', namespace: 'shop' }]);
  expect(outcomes).toEqual(['written']);
});

test('for one controller and reason there is one in ten minutes, however many pods it makes', async () => {
  const { clock, outcomes, writer } = bed();
  const tellAll = async (): Promise<number> => {
    for (let pod = 0; pod < 500; pod++) writer.tell(about('web'));
    await writer.idle();
    return outcomes.splice(0).filter((outcome) => outcome === 'written').length;
  };
  expect(await tellAll()).toBe(1);
  clock.advance(eventPeriodMs - 1);
  expect(await tellAll()).toBe(0);
  clock.advance(1);
  expect(await tellAll()).toBe(1);
});

test('another controller and another reason have Events of their own', async () => {
  const { outcomes, writer } = bed();
  [about('web'), about('shop'), about('web', 'port-clash')].forEach((event) => writer.tell(event));
  await writer.idle();
  expect(outcomes).toEqual(['written', 'written', 'written']);
});

test('what one replica has written another does not write again, and nothing is logged of it', async () => {
  const { outcomes, lines, replica, writer } = bed();
  writer.tell(about('web'));
  await writer.idle();
  const other = replica();
  other.tell(about('web'));
  await other.idle();
  expect(outcomes).toEqual(['written', 'present']);
  expect(lines).toEqual([]);
});

test('more than a hundred that wait are dropped and counted, and can be told later', async () => {
  const { outcomes, writer } = bed();
  for (let index = 0; index < 103; index++) writer.tell(about(`web-${index}`));
  expect(outcomes).toEqual(['dropped', 'dropped', 'dropped']);
  await writer.idle();
  writer.tell(about('web-102'));
  await writer.idle();
  expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(101);
});

test('a right that is missing is logged once, with what to do, until it is there again', async () => {
  const { api, outcomes, lines, writer } = bed();
  const tell = async (name: string): Promise<void> => {
    writer.tell(about(name));
    await writer.idle();
  };
  api.startOutage(forbidden);
  await tell('a');
  await tell('b');
  expect(lines).toMatchObject([
    { level: 'warn', code: 'kube-forbidden', problem: forbidden.message, hint: forbidden.hint },
  ]);
  api.endOutage();
  await tell('c');
  api.startOutage(forbidden);
  await tell('d');
  expect(lines).toHaveLength(2);
  expect(outcomes).toEqual(['failed', 'failed', 'written', 'failed']);
});

test.each([
  [
    'an API server that was away is asked again for the next pod',
    kubeErrors.error('kube-unavailable', 'away'),
    2,
  ],
  ['one that refuses is not, for the answer would be the same', forbidden, 1],
])('%s', async (_, error, calls) => {
  const { api, writer } = bed();
  api.failNext(error);
  for (let pod = 0; pod < 2; pod++) {
    writer.tell(about('web'));
    await writer.idle();
  }
  expect(api.calls).toHaveLength(calls);
});

test('after close nothing is written, neither what waits nor what comes', async () => {
  const { api, writer } = bed();
  writer.tell(about('web'));
  writer.close();
  writer.tell(about('shop'));
  await writer.idle();
  expect(api.calls).toEqual([]);
});
