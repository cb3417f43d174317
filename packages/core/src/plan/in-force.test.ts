import fc from 'fast-check';
import { Duration } from '../duration';
import { inForce } from './in-force';
import type { Plan, Timing } from './plan';
import { parsePlan } from './plan-document';

const start = Date.UTC(2026, 10, 21, 12);

/** What a fault of 20ms with this timing is at each of these milliseconds after the start. */
function states(timing: object, ...moments: readonly number[]): readonly string[] {
  const plan = planWith({ timing });
  return moments.map((ms) => inForce(plan, start, start + ms).states[0]!.state);
}

function planWith(more: TimedDocument): Plan {
  return planOf({ name: 'slow.networkfault', delay: { time: '20ms' }, ...more });
}

interface TimedDocument {
  readonly [field: string]: unknown;
  readonly timing?: Partial<Record<'at' | 'for' | 'every' | 'until', unknown>> & {
    readonly ramp?: object | undefined;
  };
}

function planOf(...documents: readonly TimedDocument[]): Plan {
  const faults = documents.map(({ timing, ...document }) => ({
    ...parsePlan({ generation: 1, faults: [document] }, 'controller').faults[0]!,
    ...(timing && { timing: timingOf(timing) }),
  }));
  return { name: 'controller', generation: 1, faults };
}

/** Times and steps shorter than a document may have them, so that a model can count every millisecond. */
function timingOf({ at, for: length, every, until, ramp }: NonNullable<TimedDocument['timing']>): Timing {
  const duration = (value: unknown): Duration | undefined =>
    value === undefined ? undefined : Duration.parse(value);
  return {
    ...{ start, at: duration(at) ?? Duration.zero, for: duration(length), every: duration(every) },
    ...{ until: duration(until), ramp: ramp && rampOf(ramp) },
  };
}

/** Read as part of a fault that is long enough for it. */
function rampOf({ over, ...ramp }: object & { readonly over?: unknown }): NonNullable<Timing['ramp']> {
  const long = { start: new Date(start).toISOString(), ramp: { ...ramp, over: '1h' } };
  const document = { name: 'ramped', loss: { ratio: '1%' }, timing: long };
  const [planned] = parsePlan({ generation: 1, faults: [document] }, 'controller').faults;
  return {
    ...planned!.timing!.ramp!,
    over: over === undefined ? undefined : Duration.parse(over),
  };
}

test.each<[string, object, Record<number, string>]>([
  [
    'from at for so long',
    { at: '10s', for: '5s' },
    { 0: 'waiting', 9_999: 'waiting', 10_000: 'in-force', 14_999: 'in-force', 15_000: 'ended' },
  ],
  [
    'again each every',
    { at: '1s', for: '1s', every: '3s' },
    {
      999: 'waiting',
      1_000: 'in-force',
      2_000: 'waiting',
      4_000: 'in-force',
      5_000: 'waiting',
      301_500: 'in-force',
    },
  ],
  [
    'nothing at or after until',
    { for: '2s', every: '3s', until: '4s' },
    { 3_000: 'in-force', 3_999: 'in-force', 4_000: 'ended', 6_000: 'ended' },
  ],
  ['without for: until until', { until: '4s' }, { 3_999: 'in-force', 4_000: 'ended' }],
  ['without either for ever', {}, { 0: 'in-force', 9e11: 'in-force' }],
  [
    'a round that until leaves no room for is none',
    { for: '1s', every: '3s', until: '3s' },
    { 1_000: 'ended' },
  ],
  [
    'one round right after the other',
    { for: '1s', every: '1s', until: '5s' },
    { 999: 'in-force', 1_000: 'in-force', 4_999: 'in-force', 5_000: 'ended' },
  ],
  [
    'a fraction of a millisecond is rounded up, so that nothing begins too early',
    { at: '100us', for: '1.5ms' },
    { 0: 'waiting', 1: 'in-force', 2: 'ended' },
  ],
])('%s', (_, timing, expected) => {
  const moments = Object.keys(expected).map(Number);
  expect(states(timing, ...moments)).toEqual(Object.values(expected));
});

test.each<[string, object, object, Record<number, object | null>]>([
  [
    'a delay grows by steps of one length and then stays',
    { delay: { time: '20ms', jitter: '30us' } },
    { for: '20s', ramp: { of: 'delay', from: '0ms', to: '100ms', steps: 5, over: '10s' } },
    {
      0: null,
      2_000: { delay: { time: '25ms', jitter: '30us' } },
      4_000: { delay: { time: '50ms' } },
      8_000: { delay: { time: '100ms' } },
      19_999: { delay: { time: '100ms' } },
      20_000: null,
    },
  ],
  [
    'a round trip is ramped as such, and jitter is never more than the delay',
    { delay: { rtt: '50ms', jitter: '20ms', distribution: 'normal' } },
    { for: '2s', ramp: { of: 'delay', from: '10ms', to: '30ms', steps: 2 } },
    {
      0: { delay: { rtt: '10ms', jitter: '10ms', distribution: 'normal' } },
      1_000: { delay: { rtt: '30ms', jitter: '20ms' } },
    },
  ],
  [
    'loss shrinks to nothing, and what else the fault does stays',
    { loss: { ratio: '50%', correlation: '25%' } },
    { ramp: { of: 'loss', from: '10%', to: 0, steps: 3, over: '3s' } },
    {
      0: { loss: { ratio: '10%', correlation: '25%' }, delay: { time: '20ms' } },
      1_000: { loss: { ratio: '5%' } },
      2_000: { loss: undefined, delay: { time: '20ms' } },
      9e9: { loss: undefined, delay: { time: '20ms' } },
    },
  ],
  [
    'a rate',
    {},
    { for: '3s', ramp: { of: 'rate', from: '10mbit', to: '1mbit', steps: 4 } },
    { 0: { rate: '10mbit' }, 750: { rate: '7mbit' }, 2_250: { rate: '1mbit' } },
  ],
  [
    'what is not delayed cannot be overtaken',
    { reorder: { ratio: '1%' } },
    { for: '2s', ramp: { of: 'delay', from: '0ms', to: '30ms', steps: 2 } },
    { 0: null, 1_000: { reorder: { ratio: '1%' } } },
  ],
])('a ramp: %s', (_, fault, timing, expected) => {
  const plan = planWith({ ...fault, timing });
  for (const [ms, wanted] of Object.entries(expected)) {
    const [found] = inForce(plan, start, start + Number(ms)).faults;
    if (wanted === null) expect(found).toBeUndefined();
    else expect({ ...(JSON.parse(JSON.stringify(found)) as object) }).toMatchObject(definedOf(wanted));
    if (wanted && 'loss' in wanted && wanted.loss === undefined) expect(found?.loss).toBeUndefined();
  }
});

function definedOf(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}

test('a ramp that has come to nothing has ended, and one that begins with nothing waits', () => {
  const down = { for: '4s', ramp: { of: 'delay', from: '10ms', to: '0ms', steps: 2 } };
  expect(states(down, 0, 2_000, 4_000)).toEqual(['in-force', 'ended', 'ended']);
  expect(states({ ...down, every: '4s', until: '8s' }, 2_000, 4_000, 6_000)).toEqual([
    ...['waiting', 'in-force', 'ended'],
  ]);
  const up = { for: '4s', ramp: { of: 'delay', from: '0ms', to: '10ms', steps: 2 } };
  expect(states(up, 0, 2_000, 4_000)).toEqual(['waiting', 'in-force', 'ended']);
});

test('a lease counts from when the owner was last heard of, whatever the timing says', () => {
  const plan = planWith({
    ttl: '10s',
    timing: { at: '8s', for: '5s' },
  });
  expect(inForce(plan, start, start + 9_000)).toMatchObject({
    states: [{ state: 'in-force', changesAt: start + 10_000 }],
    nextChangeAt: start + 10_000,
  });
  expect(inForce(plan, start, start + 10_000)).toEqual({
    faults: [],
    states: [{ name: 'slow.networkfault', state: 'expired' }],
    nextChangeAt: undefined,
  });
  expect(inForce(plan, start + 6_000, start + 10_000).states).toMatchObject([{ state: 'in-force' }]);
  expect(inForce(plan, start + 6_000, start + 60_000).states).toMatchObject([{ state: 'ended' }]);
});

const milliseconds = (least: number, most: number): fc.Arbitrary<number> =>
  fc.integer({ min: least, max: most });

/** Times in milliseconds, as the model reads them. */
const timings = fc
  .record({
    at: milliseconds(0, 40),
    length: fc.option(milliseconds(1, 30), { nil: undefined }),
    pause: fc.option(milliseconds(0, 20), { nil: undefined }),
    until: fc.option(milliseconds(1, 200), { nil: undefined }),
    steps: fc.option(milliseconds(2, 7), { nil: undefined }),
    over: milliseconds(1, 30),
    to: fc.constantFrom(0, 3, 90),
    ttl: fc.option(milliseconds(1, 250), { nil: undefined }),
  })
  .map(({ until, ...rest }) => ({ ...rest, until: until && rest.at + until }));

type ModelTiming = typeof timings extends fc.Arbitrary<infer T> ? T : never;

function documentOf({ at, length, pause, until, steps, over, to, ttl }: ModelTiming): TimedDocument {
  const every = length === undefined || pause === undefined ? undefined : length + pause;
  return {
    ttl,
    timing: {
      ...{ at, for: length, every, until },
      ...(steps && {
        ramp: { of: 'delay', from: '30ms', to: `${to}ms`, steps, over: Math.min(over, length ?? over) },
      }),
    },
  };
}

/** The delay at `ms` after the start in nanoseconds, 0 for none: by going through all that a timing says, one by one. */
function modelDelay(timing: ModelTiming, ms: number): number {
  const { at, length = Infinity, pause = Infinity, until = Infinity, ttl = Infinity } = timing;
  if (ms < at || ms >= Math.min(until, ttl)) return 0;
  let begin = at;
  while (begin + length + pause <= ms) begin += length + pause;
  const since = ms - begin;
  return since < length ? modelRamp(timing, since) : 0;
}

function modelRamp({ length, steps, over, to }: ModelTiming, since: number): number {
  if (steps === undefined) return 20e6;
  const overMs = Math.min(over, length ?? over);
  let step = 0;
  // since >= overMs * (step + 1) / steps, without fractions.
  while (step < steps - 1 && since * steps >= overMs * (step + 1)) step += 1;
  return Math.round(30e6 + ((to - 30) * 1e6 * step) / (steps - 1));
}

test('at, for, every, until, ramp and lease together are as a model says that counts every millisecond', () => {
  fc.assert(
    fc.property(timings, (timing) => {
      const plan = planWith(documentOf(timing));
      for (let ms = 0; ms <= 260; ms += 1) {
        const [fault] = inForce(plan, start, start + ms).faults;
        expect([ms, fault?.delay?.time?.nanoseconds ?? 0]).toEqual([ms, modelDelay(timing, ms)]);
      }
    }),
    { numRuns: 150 },
  );
});

test('from now until nextChangeAt nothing changes, and what has no change to come stays for good', () => {
  fc.assert(
    fc.property(fc.array(timings, { minLength: 1, maxLength: 3 }), milliseconds(0, 260), (several, ms) => {
      const faults = several.map((timing, index) => ({
        ...{ name: `f${index}`, delay: { time: '20ms' } },
        ...documentOf(timing),
      }));
      const plan = planOf(...faults);
      const now = start + ms;
      const found = inForce(plan, start, now);
      const until = found.nextChangeAt ?? now + 1_000;
      expect(until).toBeGreaterThan(now);
      for (const later of [now + 1, Math.floor((now + until) / 2), until - 1])
        if (later < until) expect(inForce(plan, start, later)).toEqual(found);
    }),
    { numRuns: 300 },
  );
});

test('however long ago a plan has begun, each round begins to the millisecond', () => {
  const plan = planWith({
    timing: { for: '1ms', every: '7.3ms' },
  });
  const year = 365 * 86_400_000;
  const { nextChangeAt } = inForce(plan, start, start + year + 3);
  const found = [nextChangeAt! - 1, nextChangeAt!].map((now) => inForce(plan, start, now).states[0]!.state);
  expect(new Set(found).size).toBe(2);
});
