import { Duration } from '@podlag/core';
import fc from 'fast-check';
import { parseScenario, type ParsedScenario } from './scenario';

const fault = { selector: {}, delay: { time: '20ms' } };
const named = { networkFault: 'a' };
const objectOf = (spec: unknown): object => ({
  apiVersion: 'podlag.io/v1alpha1',
  kind: 'Scenario',
  metadata: { name: 'storm', namespace: 'tidb', uid: 'u-1', generation: 3 },
  spec,
});
const parseSteps = (...steps: object[]): ParsedScenario['steps'] => parseScenario(objectOf({ steps })).steps;

test('the smallest one has the defaults that the reference says', () => {
  expect(parseScenario(objectOf({ steps: [{ networkFault: 'slow-pd' }] }))).toEqual({
    ...{ namespace: 'tidb', name: 'storm', uid: 'u-1', generation: 3 },
    ...{ state: 'Running', duration: undefined, ttl: undefined },
    steps: [
      {
        ...{ name: 'step-1', at: Duration.zero, for: undefined, every: undefined, ramp: undefined },
        what: { kind: 'networkFault', name: 'slow-pd' },
      },
    ],
  });
});

test('all that a scenario may say arrives as values', () => {
  const parsed = parseScenario(
    objectOf({
      ...{ state: 'Paused', duration: '5m', ttl: 90_000 },
      steps: [
        { name: 'flap', at: '10s', for: '5s', every: 30_000, fault },
        { at: 1500, latencyMatrix: 'world', for: '1m' },
      ],
    }),
  );
  expect(JSON.parse(JSON.stringify(parsed))).toMatchObject({
    ...{ state: 'Paused', duration: '5m', ttl: '1m30s' },
    steps: [
      {
        ...{ name: 'flap', at: '10s', for: '5s', every: '30s' },
        what: { kind: 'fault', fault: { mode: { kind: 'all' }, effects: { delay: { time: '20ms' } } } },
      },
      { name: 'step-2', at: '1.5s', for: '1m', what: { kind: 'latencyMatrix', name: 'world' } },
    ],
  });
});

test('a name that only begins like that of a step without one is as good as any', () => {
  expect(parseSteps({ ...named, name: 'step-2b' }, named).map(({ name }) => name)).toEqual([
    'step-2b',
    'step-2',
  ]);
});

test('a step that repeats needs no end', () => {
  expect(parseSteps({ for: '1s', every: '1s', networkFault: 'a' })[0]).toMatchObject({
    every: Duration.parse('1s'),
  });
});

test.each<[string, object, object]>([
  ['a duration is of delay', { from: '0ms', to: '100ms' }, { of: 'delay', from: '0ms', to: '100ms' }],
  ['minutes are, too', { from: '1m', to: '1ms' }, { of: 'delay', from: '1m', to: '1ms' }],
  ['a bare 0 goes with the other end', { from: '0', to: '1s' }, { of: 'delay', from: '0ms', to: '1s' }],
  ['a rate is of rate', { from: '10MBIT', to: '1kBit' }, { of: 'rate', from: '10mbit', to: '1kbit' }],
  ['a ratio is of loss', { from: '0%', to: '5%' }, { of: 'loss', from: '0%', to: '5%' }],
  ['a fraction needs of', { of: 'loss', from: '0.01', to: '1' }, { of: 'loss', from: '1%', to: '100%' }],
])('of a fault: %s', (_, said, parsed) => {
  const [step] = parseSteps({ for: '1m', ramp: { ...said, steps: 5, over: '30s' }, fault });
  expect(JSON.parse(JSON.stringify(step!.ramp))).toEqual({ ...parsed, steps: 5, over: '30s' });
  const [byName] = parseSteps({ for: '1m', ramp: { ...said, steps: 5 }, ...named });
  expect(byName!.ramp?.of).toBe(step!.ramp?.of);
});

test('of a matrix: a ratio is of scale', () => {
  const [step] = parseSteps({ ramp: { from: '0%', to: '100%', steps: 2, over: '1m' }, latencyMatrix: 'w' });
  expect(step!.ramp).toMatchObject({ of: 'scale', steps: 2 });
});

const stepping = (...steps: unknown[]): object => objectOf({ steps });
const ramping = (ramp: object, more: object = { ...named, for: '1m' }): object =>
  stepping({ ...more, ramp: { from: '0ms', to: '1ms', steps: 5, ...ramp } });

test.each<[string, unknown, string, string]>([
  ['no spec', { metadata: { name: 'a' } }, 'spec', 'is missing'],
  ['another kind', { ...stepping(named), kind: 'LatencyMatrix' }, 'kind', 'not Scenario'],
  ['no steps', objectOf({}), 'spec.steps', 'is missing'],
  ['none of them', stepping(), 'spec.steps', '>=1'],
  ['too many', stepping(...Array.from({ length: 33 }, () => named)), 'spec.steps', '<=32'],
  ['a state that there is not', objectOf({ steps: [named], state: 'Done' }), 'spec.state', '"Aborted"'],
  ['a duration of nothing', objectOf({ steps: [named], duration: 0 }), 'spec.duration', 'from 1ms'],
  ['a misspelt field', objectOf({ stpes: [named], steps: [named] }), 'spec.stpes', 'Did you mean steps?'],
  ['a misspelt field of a step', stepping({ ...named, evry: '1s' }), 'spec.steps[0].evry', 'mean every?'],
  ['a step of nothing', stepping({ at: '1s' }), 'spec.steps[0]', 'exactly one of networkFault'],
  [
    'a step of two',
    stepping({ ...named, latencyMatrix: 'b' }),
    'spec.steps[0]',
    'exactly one of networkFault',
  ],
  ['a step that is a list', stepping([named]), 'spec.steps[0]', 'expected object'],
  ['a lease of less than 10s', objectOf({ steps: [named], ttl: '9s' }), 'spec.ttl', 'from 10s'],
  ['a bad name of a step', stepping({ ...named, name: 'A b' }), 'spec.steps[0].name', 'DNS label'],
  [
    'a name twice',
    stepping(named, { ...named, name: 'x' }, { ...named, name: 'x' }),
    'spec.steps[2].name',
    'x is there twice',
  ],
  [
    'a name that another has by its place',
    stepping({ ...named, name: 'step-2' }, named),
    'spec.steps[0].name',
    'what a step without a name is called',
  ],
  ['a bad reference', stepping({ networkFault: 'A' }), 'spec.steps[0].networkFault', 'name of an object'],
  ['a bad matrix', stepping({ latencyMatrix: '' }), 'spec.steps[0].latencyMatrix', 'name of an object'],
  ['a bad at', stepping({ ...named, at: '-1s' }), 'spec.steps[0].at', '"-1s" is not a duration'],
  ['a for of nothing', stepping({ ...named, for: 0 }), 'spec.steps[0].for', 'from 1ms'],
  [
    'every that is shorter than agents take',
    stepping({ ...named, for: '1ms', every: '99ms' }),
    'spec.steps[0].every',
    'from 100ms',
  ],
  [
    'more steps of a ramp than agents take',
    stepping({ ...named, for: '1s', ramp: { from: '0ms', to: '1s', steps: 101 } }),
    'spec.steps[0].ramp.steps',
    'shorter than 10ms',
  ],
  ['every without for', stepping({ ...named, every: '1s' }), 'spec.steps[0].every', 'needs a for'],
  [
    'every that is shorter than for',
    stepping({ ...named, for: '2s', every: '1s' }),
    'spec.steps[0].every',
    'at least as long',
  ],
  [
    'a step when all is over',
    objectOf({ duration: '1m', steps: [named, { ...named, at: '60s' }] }),
    'spec.steps[1].at',
    'not before the end',
  ],
  ['a ramp without end', ramping({}, named), 'spec.steps[0].ramp', 'needs over'],
  ['a ramp that is longer than for', ramping({ over: '2m' }), 'spec.steps[0].ramp.over', 'as long as for'],
  ['a ramp of one step', ramping({ steps: 1 }), 'spec.steps[0].ramp.steps', '>=2'],
  ['a ramp of too many', ramping({ steps: 1001 }), 'spec.steps[0].ramp.steps', '<=1000'],
  ['a ramp from nowhere', ramping({ from: undefined }), 'spec.steps[0].ramp.from', 'is missing'],
  ['a ramp of something else', ramping({ of: 'jitter' }), 'spec.steps[0].ramp.of', '"scale"'],
  ['a misspelt ramp', ramping({ form: '0ms' }), 'spec.steps[0].ramp.form', 'Did you mean from?'],
  ['a ramp that no unit tells', ramping({ from: '0', to: '1' }), 'spec.steps[0].ramp', 'does not say what'],
  ['a ramp of two units', ramping({ from: '0%', to: '1ms' }), 'spec.steps[0].ramp', 'does not say what'],
  ['another unit than of', ramping({ of: 'rate' }), 'spec.steps[0].ramp.from', '"0ms" is not a rate'],
  ['an end that is none', ramping({ to: 'x ms' }), 'spec.steps[0].ramp.to', '"x ms" is not a duration'],
  ['a ramp of hours', ramping({ to: '2h' }), 'spec.steps[0].ramp.to', 'more than 1h'],
  ['a ramp above all', ramping({ from: '0%', to: '101%' }), 'spec.steps[0].ramp.to', 'more than 100%'],
  ['a ramp of no rate', ramping({ from: '0mbit', to: '1mbit' }), 'spec.steps[0].ramp.from', '8bit'],
  [
    'a scale of a fault',
    ramping({ of: 'scale', from: '0%' }),
    'spec.steps[0].ramp.of',
    'for a latencyMatrix',
  ],
  [
    'a delay of a matrix',
    ramping({}, { latencyMatrix: 'w', for: '1m' }),
    'spec.steps[0].ramp.of',
    'scale only, as from 0% to 100%',
  ],
  [
    'more than the whole of a matrix',
    ramping({ from: '100%', to: '200%' }, { latencyMatrix: 'w', for: '1m' }),
    'spec.steps[0].ramp.to',
    'more than 100%',
  ],
  [
    'a ramp of a loss without ratio',
    stepping({
      ...{ for: '1m', ramp: { from: '0%', to: '1%', steps: 2 } },
      fault: { selector: {}, loss: { gemodel: { p: '1%' } } },
    }),
    'spec.steps[0].ramp',
    'a model without a ratio',
  ],
  ['a fault of null', stepping({ fault: null }), 'spec.steps[0].fault', 'expected object'],
  ['a fault of nothing', stepping({ fault: { selector: {} } }), 'spec.steps[0].fault', 'does nothing'],
  ['a fault of nobody', stepping({ fault: { rate: '1mbit' } }), 'spec.steps[0].fault.selector', 'is missing'],
  [
    'a fault with a life of its own',
    stepping(named, { fault: { ...fault, duration: '1m' } }),
    'spec.steps[1].fault.duration',
    'does not belong here',
  ],
  [
    'a bad effect in a fault',
    stepping(named, { fault: { selector: {}, delay: { time: 'x' } } }),
    'spec.steps[1].fault.delay.time',
    'is not a duration',
  ],
  [
    'a bad target in a fault',
    stepping({ fault: { ...fault, to: [{ ports: [80] }, { service: {} }] } }),
    'spec.steps[0].fault.to[1].service.name',
    'is missing',
  ],
  [
    'a bad mode in a fault',
    stepping({ fault: { ...fault, mode: 'fixed' } }),
    'spec.steps[0].fault.value',
    'mode fixed needs it',
  ],
])('refuses %s', (_, object, field, words) => {
  expect(() => parseScenario(object)).toThrow(
    expect.objectContaining({
      ...{ code: 'invalid-object', field },
      message: expect.stringContaining(words),
    }),
  );
});

test('a ramp that no unit tells comes with how to write it', () => {
  expect(() => parseScenario(ramping({ from: '0', to: '1' }))).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('or set of') }),
  );
});

const spans = fc.integer({ min: 1, max: 86_400_000 });
/** Of a step that begins again, and whose ramp may have a thousand values. */
const lengths = fc.integer({ min: 10_000, max: 86_400_000 });
const ramps = fc.record({
  ends: fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 3_600_000 }), fc.constant('ms')),
    fc.tuple(fc.integer({ min: 0, max: 100 }), fc.constant('%')),
    fc.tuple(fc.integer({ min: 8, max: 1_000_000 }), fc.constant('kbit')),
  ),
  steps: fc.integer({ min: 2, max: 1000 }),
});

test('whatever is within the ranges is read, and says what was written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: spans, length: lengths, pause: spans, ramp: fc.option(ramps) }), {
        minLength: 1,
        maxLength: 32,
      }),
      (written) => {
        const steps = parseSteps(
          ...written.map(({ at, length, pause, ramp }) => ({
            ...{ at, for: length, every: length + pause, fault },
            ...(ramp && { ramp: { from: ramp.ends.join(''), to: ramp.ends.join(''), steps: ramp.steps } }),
          })),
        );
        expect(steps.map(({ name }) => name)).toEqual(written.map((_, index) => `step-${index + 1}`));
        for (const [index, { at, length, pause, ramp }] of written.entries()) {
          const step = steps[index]!;
          expect([step.at, step.for, step.every].map((span) => span!.milliseconds)).toEqual([
            at,
            length,
            length + pause,
          ]);
          const of = ramp && { ms: 'delay', '%': 'loss', kbit: 'rate' }[ramp.ends[1] as 'ms'];
          expect(step.ramp?.of).toBe(of ?? undefined);
          expect(step.ramp?.steps).toBe(ramp?.steps);
          if (step.ramp?.of === 'delay') expect(step.ramp.to.milliseconds).toBe(ramp!.ends[0]);
        }
      },
    ),
  );
});

test('whatever it is given, it answers with values or with an error of its own', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      for (const object of [objectOf(one), stepping(one, other), stepping({ fault: one, ramp: other })]) {
        try {
          parseScenario(object);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-object', field: expect.any(String) });
        }
      }
    }),
  );
});
