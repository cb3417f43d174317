import fc from 'fast-check';
import { parsePlan, planDocument } from './plan-document';

const timing = {
  start: '2026-11-21T12:00:00.000Z',
  at: '10s',
  for: '5s',
  every: '30s',
  until: '5m',
  ramp: { of: 'delay', from: '0ms', to: '100ms', steps: 10, over: '5s' },
};
const slow = {
  name: 'slow-pd.networkfault',
  delay: { time: '20ms' },
  direction: 'egress',
  to: [{ cidr: '10.1.2.3/32' }],
  ttl: '1m',
};

const planOf = (...faults: readonly unknown[]): unknown => ({ generation: 12, faults });

test('a plan with everything comes back as it went in', () => {
  const document = planOf({ ...slow, timing }, { ...slow, name: 'other', seed: 3 });
  expect(planDocument(parsePlan(document, 'controller'))).toEqual(document);
});

test('at is the start unless told otherwise, and the start may be told in any zone', () => {
  const [fault] = parsePlan(planOf({ ...slow, timing: { start: '2026-11-21T13:00:00+01:00' } }), 'p').faults;
  expect(fault!.timing).toMatchObject({ start: Date.parse(timing.start), at: { nanoseconds: 0 } });
});

const timed = (more: object): unknown => planOf({ ...slow, timing: { ...timing, ...more } });
const ramped = (more: object): unknown => timed({ ramp: { ...timing.ramp, ...more } });

test.each<[string, unknown, string, string]>([
  ['no object', 7, 'plan', 'object'],
  ['no generation', { faults: [] }, 'generation', 'number'],
  ['a generation below 0', { generation: -1, faults: [] }, 'generation', '>=0'],
  ['a part that there is not', { generation: 1, faults: [], fault: 1 }, 'fault', 'Did you mean faults?'],
  [
    'a fault that does not parse, by its path',
    planOf(slow, { ...slow, delay: { time: 'x' } }),
    'faults.1.delay.time',
    '"x" is not a duration',
  ],
  ['a fault that does nothing', planOf({ name: 'a' }), 'faults.0', 'does nothing'],
  ['a misspelt part of a fault', planOf({ ...slow, dealy: 1 }), 'faults.0.dealy', 'Did you mean delay?'],
  ['no name', planOf({ partition: true }), 'faults.0.name', 'expected string'],
  [
    'a name that no object can have',
    planOf({ ...slow, name: 'Slow' }),
    'faults.0.name',
    'RFC 1123 subdomain',
  ],
  [
    'a name of more than 253',
    planOf({ ...slow, name: `${'a.'.repeat(126)}aa` }),
    'faults.0.name',
    'at most 253',
  ],
  ['one name twice', planOf(slow, slow), 'faults.1.name', 'twice'],
  ['a start that is no time', timed({ start: 'noon' }), 'faults.0.timing.start', 'must be a time as'],
  [
    'a start without a zone',
    timed({ start: '2026-11-21T12:00:00' }),
    'faults.0.timing.start',
    'must be a time as',
  ],
  ['rounds that overlap', timed({ every: '4s' }), 'faults.0.timing.every', 'shorter than for'],
  [
    'rounds of no length',
    timed({ for: undefined, ramp: undefined }),
    'faults.0.timing.for',
    'needed beside every',
  ],
  [
    'a moment too short to be met',
    timed({ for: '0.9ms', ramp: undefined }),
    'faults.0.timing.for',
    '1ms or more',
  ],
  [
    'rounds that no kernel could follow',
    timed({ for: '1ms', every: '99ms', ramp: undefined }),
    'faults.0.timing.every',
    'shorter than 100ms',
  ],
  [
    'steps that no kernel could follow',
    ramped({ steps: 501 }),
    'faults.0.timing.ramp.steps',
    'shorter than 10ms',
  ],
  [
    'the same where they share the length of the fault',
    timed({ for: '99ms', ramp: { ...timing.ramp, over: undefined } }),
    'faults.0.timing.ramp.steps',
    'shorter than 10ms',
  ],
  ['an end before the beginning', timed({ until: '10s' }), 'faults.0.timing.until', 'never be in force'],
  ['a misspelt part of a timing', timed({ evry: '1s' }), 'faults.0.timing.evry', 'Did you mean every?'],
  ['a ramp of one step', ramped({ steps: 1 }), 'faults.0.timing.ramp.steps', '>=2'],
  ['a ramp of too many', ramped({ steps: 1001 }), 'faults.0.timing.ramp.steps', '<=1000'],
  ['a ramp longer than its fault', ramped({ over: '6s' }), 'faults.0.timing.ramp.over', 'longer than for'],
  [
    'a ramp of no length',
    timed({ for: undefined, every: undefined, ramp: { ...timing.ramp, over: undefined } }),
    'faults.0.timing.ramp.over',
    'needed where',
  ],
  ['a ramp to what is no delay', ramped({ to: '5%' }), 'faults.0.timing.ramp.to', 'not a duration'],
  ['a ramp beyond an hour', ramped({ to: '61m' }), 'faults.0.timing.ramp.to', 'more than 1h'],
  ['a ramp of something else', ramped({ of: 'jitter' }), 'faults.0.timing.ramp.of', 'nvalid'],
  [
    'a ramp of a loss without a ratio',
    planOf({
      ...slow,
      loss: { gemodel: { p: '1%' } },
      timing: { ...timing, ramp: { of: 'loss', from: 0, to: 1, steps: 2 } },
    }),
    'faults.0.timing.ramp.of',
    'without a ratio',
  ],
])('refuses %s', (_, document, field, words) => {
  expect(() => parsePlan(document, 'controller')).toThrow(
    expect.objectContaining({ code: 'invalid-plan', field, message: expect.stringContaining(words) }),
  );
});

test('rounds and steps may be as short as the kernel can follow', () => {
  const ramp = { ...timing.ramp, steps: 2, over: '20ms' };
  expect(parsePlan(timed({ for: '20ms', every: '100ms', ramp }), 'controller').faults).toHaveLength(1);
});

test('a name in the address that is no DNS label is refused', () => {
  expect(() => parsePlan(planOf(), 'the.controller')).toThrow(expect.objectContaining({ field: 'name' }));
});

test('256 faults may be, and no more unless told', () => {
  const many = (count: number): unknown =>
    planOf(...Array.from({ length: count }, (_, index) => ({ ...slow, name: `f${index}` })));
  expect(parsePlan(many(256), 'controller').faults).toHaveLength(256);
  expect(() => parsePlan(many(257), 'controller')).toThrow(expect.objectContaining({ field: 'faults' }));
  expect(() => parsePlan(many(3), 'controller', 2)).toThrow(/3 faults are more than 2/);
});

const durations = fc.integer({ min: 1_000_000, max: 9e9 }).map((ns) => `${ns}ns`);
/** Long enough for any number of steps. */
const lengths = fc.integer({ min: 10e9, max: 20e9 }).map((ns) => `${ns}ns`);
const ramps = fc.oneof(
  fc.record({
    of: fc.constant('delay'),
    from: durations,
    to: durations,
    steps: fc.integer({ min: 2, max: 1000 }),
  }),
  fc.record({
    of: fc.constant('loss'),
    from: fc.constant('0%'),
    to: fc.constant('7.5%'),
    steps: fc.constant(3),
  }),
  fc.record({
    of: fc.constant('rate'),
    from: fc.constant('1mbit'),
    to: fc.constant(64_000),
    steps: fc.constant(9),
  }),
);
const plans = fc.record({
  generation: fc.maxSafeNat(),
  faults: fc.uniqueArray(
    fc.record(
      {
        name: fc.stringMatching(/^[a-z0-9]{1,9}(\.[a-z0-9]{1,9})?$/),
        loss: fc.constant({ ratio: '1%' }),
        timing: fc.record(
          {
            start: fc
              .date({ min: new Date(0), noInvalidDate: true, max: new Date(4e12) })
              .map((date) => date.toISOString()),
            at: durations,
            for: lengths,
            ramp: ramps,
          },
          { requiredKeys: ['start', 'for'] },
        ),
      },
      { requiredKeys: ['name', 'loss'] },
    ),
    { selector: ({ name }) => name, maxLength: 4 },
  ),
});

test('any plan survives being written down and read again', () => {
  fc.assert(
    fc.property(plans, (document) => {
      const plan = parsePlan(document, 'controller');
      expect(parsePlan(JSON.parse(JSON.stringify(planDocument(plan))), 'controller')).toEqual(plan);
    }),
  );
});
