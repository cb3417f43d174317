import type { Scenario } from '@podlag/api';
import { ObjectReader } from './custom-objects';
import { isSameSpec } from './feed';

const scenario = (phase: 'Aborted' | 'Running', generation = 2): Scenario => ({
  metadata: { name: 'storm', namespace: 'shop', uid: 'u', generation },
  spec: { state: 'Running', steps: [{ fault: { selector: {}, delay: { time: '20ms' } } }] },
  status: { phase },
});

test.each([
  ['Running', 'Running'],
  ['Aborted', 'Aborted'],
] as const)('a scenario that was %s and is to run is %s', (phase, state) => {
  const reader = new ObjectReader();
  for (let pass = 0; pass < 2; pass++) {
    const seen = reader.read([], [], [scenario(phase)]).get('scenario/shop/storm');
    expect(seen?.parsed).toMatchObject({ state });
  }
});

test('an object that was deleted and is kept by a finalizer is no object any more', () => {
  const { metadata, ...rest } = scenario('Running');
  const deleted = { ...rest, metadata: { ...metadata, deletionTimestamp: '2026-11-21T12:00:00Z' } };
  expect(new ObjectReader().read([], [], [deleted]).size).toBe(0);
  const by = (object: Scenario) => new Map([['shop/storm', object]]);
  expect(isSameSpec(by(scenario('Running')), by(scenario('Aborted')))).toBe(true);
  expect(isSameSpec(by(scenario('Running')), by(deleted))).toBe(false);
});
