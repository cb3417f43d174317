import { parsePlan, planDocument, Ratio, Rate, type PlannedFault } from '@podlag/core';
import { desired, type DesiredObjects } from './desired';
import { objectsOf, planText } from './testing/plan-text';
import { faultOf, matrixOf, ms, podOf, scenarioOf, specOf, worldOf } from './testing/small-world';

const pods = [
  podOf('a-0', '10.0.0.10', { labels: 'app=a region=eu' }),
  podOf('b-0', '10.0.1.10', { labels: 'app=b region=us' }),
];
const start = 1_000_000;
const started = new Map([['scenario/shop/storm', { startTime: start }]]);
const world = worldOf(pods, { started });

const run = (
  scenario: Parameters<typeof scenarioOf>,
  more: Partial<DesiredObjects> = {},
  now = start,
  known = world,
) => desired(objectsOf({ scenarios: [scenarioOf(...scenario)], ...more }), known, now);
const outcomeOf = (...args: Parameters<typeof run>) => run(...args).outcomes.get('scenario/shop/storm');
const plannedOf = (...args: Parameters<typeof run>): readonly PlannedFault[] =>
  run(...args).plans.get('shop/a-0') ?? [];

test('a step becomes a planned fault with its hours, counted from the start', () => {
  const step = { name: 'slow', at: ms('10s'), for: ms('5s'), every: ms('30s') };
  expect(plannedOf(['storm', [step], { duration: ms('5m') }])).toEqual([
    {
      fault: { name: 'storm.slow.scenario', delay: { time: ms('20ms') }, direction: 'egress', ttl: ms('6m') },
      timing: { start, at: ms('10s'), for: ms('5s'), every: ms('30s'), until: ms('5m') },
    },
  ]);
});

test.each([
  ['the whole length, and a minute', [{ at: ms('10s'), for: ms('5s') }, { for: ms('1m') }], {}, '2m'],
  ['one that lasts until someone ends it is renewed', [{ at: ms('10s') }, { for: ms('1m') }], {}, '1h'],
  ['so is one that repeats without an end', [{ for: ms('1s'), every: ms('2s') }], {}, '1h'],
  ['its duration, where it has one', [{}], { duration: ms('10m') }, '11m'],
  ['no more than a duration can be', [{}], { duration: ms('720h') }, '720h'],
  ['what the scenario says', [{ for: ms('1m') }], { ttl: ms('90s') }, '1m30s'],
  ['what one without an end says', [{}], { ttl: ms('30s') }, '30s'],
])('the lease of a step is %s', (_, steps, more, ttl) => {
  const leases = plannedOf(['storm', steps, more]).map(({ fault }) => String(fault.ttl));
  expect(new Set(leases)).toEqual(new Set([ttl]));
});

test('the plans do not change while it runs, and are gone at its end', () => {
  const scenario: Parameters<typeof scenarioOf> = ['storm', [{ for: ms('10s') }]];
  expect(run(scenario, {}, start + 9_999)).toEqual(run(scenario, {}, start - 2_000));
  expect(run(scenario, {}, start + 10_000).plans.size).toBe(0);
  expect(outcomeOf(scenario, {}, start + 10_000)).toMatchObject({ ends: start + 10_000, pods: ['shop/a-0'] });
});

test.each([
  ['not started', {}, 'start', worldOf(pods)],
  ['paused', { state: 'Paused' as const }, 'resume', world],
  [
    'to go on, and its new start not written',
    {},
    'start',
    worldOf(pods, { started: new Map([['scenario/shop/storm', { startTime: start, position: 70 }]]) }),
  ],
  ['aborted', { state: 'Aborted' as const }, undefined, world],
])('%s, it asks nothing of anybody', (_, more, waitingFor, known) => {
  expect(run(['storm', [{}], more], {}, start, known).plans.size).toBe(0);
  expect(outcomeOf(['storm', [{}], more], {}, start, known)?.waitingFor).toBe(waitingFor);
});

test.each(['Running', 'Paused'] as const)('over, it stays over: %s, it is not taken up again', (state) => {
  const scenario: Parameters<typeof scenarioOf> = ['storm', [{ for: ms('10s') }], { state }];
  expect(run(scenario, {}, start + 10_000).plans.size).toBe(0);
  expect(outcomeOf(scenario, {}, start + 10_000)).toMatchObject({ ends: start + 10_000 });
  expect(outcomeOf(scenario, {}, start + 10_000)?.waitingFor).toBeUndefined();
});

test('a suspended NetworkFault serves as a template, without its own hours', () => {
  const template = faultOf(
    'slow-b',
    { to: ['pods=b'], direction: 'both' },
    { suspend: true, duration: ms('1s') },
  );
  const step = { what: { kind: 'networkFault' as const, name: 'slow-b' }, for: ms('1m') };
  expect(planText(run(['storm', [step]], { networkFaults: [template] }))).toEqual([
    'a-0 storm.step-1.scenario egress 20ms 10.0.1.10',
    'b-0 storm.step-1.scenario.ingress egress 20ms 10.0.0.10',
  ]);
});

test('a matrix in a step is one planned fault for each region, its delay scaled', () => {
  const ramp = { of: 'scale' as const, from: Ratio.zero, to: Ratio.parse('50%'), steps: 5 };
  const step = { what: { kind: 'latencyMatrix' as const, name: 'world' }, for: ms('1m'), ramp };
  const matrix = matrixOf('world', [{ from: 'eu', to: 'us', delay: { oneWay: ms('40ms') } }], {
    subtractBaseline: true,
  });
  const known = { ...world, baseline: () => ms('2ms') };
  const [planned, ...others] = plannedOf(
    ['storm', [step]],
    { latencyMatrices: [{ ...matrix, suspend: true }] },
    start,
    known,
  );
  expect(others).toEqual([]);
  expect(planned?.fault).toMatchObject({
    name: 'storm.step-1.us.scenario-matrix',
    delay: { time: ms('39ms') },
  });
  expect(planned?.timing?.ramp).toMatchObject({ of: 'delay', from: ms(0), to: ms('19ms'), steps: 5 });
});

test('the outcome has the names in order, whatever that of the steps', () => {
  const names = outcomeOf(['storm', [{ name: 'z' }, { name: 'a' }]])?.plannedNames.get('shop/a-0');
  expect(names).toEqual(['storm.a.scenario', 'storm.z.scenario']);
});

test('a template that is not there is told, and the other steps run', () => {
  const steps = [{ what: { kind: 'networkFault' as const, name: 'lost' } }, {}];
  expect(outcomeOf(['storm', steps])?.problems).toEqual([
    expect.objectContaining({
      code: 'no-such-object',
      detail: expect.stringContaining('networkfault shop/lost'),
    }),
  ]);
  expect(plannedOf(['storm', steps])).toHaveLength(1);
});

const rtt = specOf({ to: ['pods=b'], direction: 'both', effects: { delay: { rtt: ms('20ms') } } });
const lossy = specOf({ effects: { loss: { gemodel: { p: Ratio.parse('1%') } } } });

test.each([
  ['of a delay', specOf(), { of: 'delay', from: ms(0), to: ms('100ms') }, { of: 'delay', to: ms('100ms') }],
  [
    'of a round trip is halved with it',
    rtt,
    { of: 'delay', from: ms(0), to: ms('100ms') },
    { of: 'delay', to: ms('50ms') },
  ],
  [
    'of scale is of the delay',
    rtt,
    { of: 'scale', from: Ratio.zero, to: Ratio.one },
    { of: 'delay', to: ms('10ms') },
  ],
  [
    'of a loss where there was a model',
    lossy,
    { of: 'loss', from: Ratio.zero, to: Ratio.one },
    { of: 'loss', to: Ratio.one },
  ],
  [
    'of a rate where there was none',
    specOf(),
    { of: 'rate', from: Rate.parse('1mbit'), to: Rate.parse('9mbit') },
    { of: 'rate' },
  ],
] as const)('a ramp %s is one that an agent takes', (_, fault, ramp, expected) => {
  const step = {
    what: { kind: 'fault' as const, fault },
    ramp: { ...ramp, steps: 10, over: ms('30s') },
    for: ms('1m'),
  };
  const faults = plannedOf(['storm', [step]]);
  expect(faults[0]?.timing?.ramp).toMatchObject({ ...expected, over: ms('30s') });
  const plan = { name: 'controller', generation: 1, faults };
  expect(parsePlan(planDocument(plan), 'controller').faults).toHaveLength(1);
});

test('a step that would begin after the end is left out: an agent refuses the plan that has it', () => {
  expect(plannedOf(['storm', [{ at: ms('1m') }, { at: ms('59s') }], { duration: ms('1m') }])).toHaveLength(1);
});
