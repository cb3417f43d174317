import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { EventWriter, kubeEvent, type EventNote } from './events';
import { events } from './resource';
import { FakeKubeApi } from './testing';

const regarding = {
  apiVersion: 'podlag.io/v1alpha1',
  kind: 'NetworkFault',
  name: 'slow-pd',
  namespace: 'shop',
  uid: 'u-1',
};
const note: EventNote = {
  regarding,
  ...{ type: 'Normal', reason: 'Effective', action: 'Apply', message: 'in force in 3 pods' },
};
const writing = { component: 'podlag-controller', nowMs: Date.UTC(2026, 10, 21, 12, 3), periodMs: 60_000 };

function bed() {
  const api = new FakeKubeApi();
  const clock = new FakeClock(writing.nowMs);
  const outcomes: string[] = [];
  const writer = () =>
    new EventWriter(api, {
      ...{ component: writing.component, periodMs: writing.periodMs, clock },
      logger: createLogger('controller', 'info', { write: () => undefined }),
      onEnd: (outcome) => outcomes.push(outcome),
    });
  return { api, clock, outcomes, writer };
}

test('an Event is about its object, in the namespace of that, by the component', async () => {
  const { api, writer } = bed();
  const one = writer();
  one.writeEvent(note);
  await one.idle();
  const [written] = await api.list(events, { namespace: 'shop' });
  expect(written).toMatchObject({
    metadata: { name: expect.stringMatching(/^podlag-controller\.[0-9a-f]{16}$/) },
    involvedObject: regarding,
    ...{ type: 'Normal', reason: 'Effective', action: 'Apply', message: 'in force in 3 pods' },
    ...{ source: { component: 'podlag-controller' }, reportingComponent: 'podlag-controller' },
    ...{ firstTimestamp: '2026-11-21T12:03:00Z', lastTimestamp: '2026-11-21T12:03:00Z', count: 1 },
  });
});

test.each<[string, Partial<EventNote>, boolean]>([
  ['the same again', {}, false],
  ['other words', { message: 'in force in 4 pods' }, true],
  ['another reason', { reason: 'Partial' }, true],
  ['another object', { regarding: { ...regarding, uid: 'u-2' } }, true],
])('within a period %s is written once more: %j %s', async (_, change, isWritten) => {
  const { outcomes, writer } = bed();
  const one = writer();
  one.writeEvent(note);
  one.writeEvent({ ...note, ...change });
  await one.idle();
  expect(outcomes).toHaveLength(isWritten ? 2 : 1);
  const names = [note, { ...note, ...change }].map((said) => kubeEvent(said, writing).metadata.name);
  expect(new Set(names).size).toBe(isWritten ? 2 : 1);
});

test('a key of its own says what is the same', () => {
  const names = ['in force in 3 pods', 'in force in 4 pods'].map(
    (message) => kubeEvent({ ...note, message, key: 'u-1 Effective' }, writing).metadata.name,
  );
  expect(new Set(names).size).toBe(1);
});

test('of two replicas one writes it; after the period it is written again', async () => {
  const { clock, outcomes, writer } = bed();
  for (const one of [writer(), writer()]) {
    one.writeEvent(note);
    await one.idle();
  }
  clock.advance(writing.periodMs);
  const later = writer();
  later.writeEvent(note);
  await later.idle();
  expect(outcomes).toEqual(['written', 'present', 'written']);
});
