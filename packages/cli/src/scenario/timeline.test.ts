import type { ParsedScenario, ParsedStep } from '@podlag/api';
import { Duration, planDocument, parsePlan } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { compiledPlan, planNameOf } from './compiled-plan';
import { drawTimeline } from './draw-timeline';
import { showProgress } from './show-progress';
import { timelineOf } from './timeline';

const duration = (text: string): Duration => Duration.parse(text);

function step(name: string, at: string, fields: Partial<ParsedStep> = {}): ParsedStep {
  const fault = {
    selector: {},
    mode: { kind: 'all' },
    effects: { delay: { time: duration('20ms') } },
    direction: 'egress',
  } as const;
  return { name, at: duration(at), what: { kind: 'fault', fault }, ...fields };
}

function scenarioOf(...steps: ParsedStep[]): ParsedScenario {
  return {
    ...{ namespace: 'shop', name: 'wan', uid: '1', generation: 1, state: 'Running' },
    steps,
  };
}

const twoSteps = scenarioOf(
  step('slow', '10s', { for: duration('10s') }),
  step('flap', '0s', {
    for: duration('5s'),
    every: duration('10s'),
    what: { kind: 'networkFault', name: 'cut' },
  }),
);

test('each step is a line with its hours, and the present is a cursor', () => {
  const timeline = timelineOf({ ...twoSteps, duration: duration('40s') });
  expect(drawTimeline(timeline, { phase: 'Running', elapsedMs: 12_000 }, 42)).toEqual([
    'wan: Running, 12s of 40s',
    'STEP  WHAT                        NOW',
    'slow  delay 20ms        ··┃━····  in force',
    'flap  NetworkFault cut  ━·┃·━·━·  in force',
  ]);
});

test('before the start there is no cursor; without an end the axis says so', () => {
  const [heading, , first] = drawTimeline(
    timelineOf(twoSteps),
    { phase: 'Pending', elapsedMs: undefined },
    42,
  );
  expect(heading).toBe('wan: Pending, not begun of 30s…');
  expect(first).toBe('slow  delay 20ms        ··━━━━··  waiting');
});

test('no line is longer than the terminal is wide, whatever the names', () => {
  const long = timelineOf({
    ...scenarioOf(step('x'.repeat(30), '0s', { for: duration('10s') })),
    name: 'y'.repeat(200),
  });
  for (const columns of [60, 80, 100, 300]) {
    const lines = drawTimeline(
      long,
      { phase: 'Failed', elapsedMs: 1_000, problem: 'z'.repeat(400) },
      columns,
    );
    expect(Math.max(...lines.map((line) => line.length))).toBe(columns);
    expect(lines).toHaveLength(4);
  }
});

test('bars take what names and words leave, 48 columns at most', () => {
  const [, , ...rows] = drawTimeline(timelineOf(twoSteps), { phase: 'Running', elapsedMs: 0 }, 70);
  expect(rows.map((row) => (/[━·┃]+/.exec(row) ?? [''])[0].length)).toEqual([36, 36]);
  const [, , wide = ''] = drawTimeline(timelineOf(twoSteps), { phase: 'Running', elapsedMs: 0 }, 200);
  expect(/[━·┃]+/.exec(wide)?.[0]).toHaveLength(48);
});

test.each([
  ['where no terminal is', undefined],
  ['on a narrow one', 59],
])('%s, each change is a line', (_, columns) => {
  const clock = new FakeClock();
  let printed = '';
  const stderr = (text: string): void => void (printed += text);
  const progress = showProgress(
    { stderr, stderrColumns: () => columns, clock },
    timelineOf(scenarioOf(step('slow', '10s', { for: duration('10s') }))),
  );
  progress.moved({ phase: 'Running', elapsedMs: 0 });
  clock.advance(10_000);
  clock.advance(10_000);
  progress.moved({ phase: 'Finished', elapsedMs: 20_000 });
  expect(printed).toBe('wan: Running\n+10s slow: in force\n+20s slow: ended\nwan: Finished\n');
  expect(clock.nextAt).toBeUndefined();
});

test('on a terminal it is drawn over what was drawn before', () => {
  const clock = new FakeClock();
  let printed = '';
  const stderr = (text: string): void => void (printed += text);
  const progress = showProgress(
    { stderr, stderrColumns: () => 80, clock },
    timelineOf(scenarioOf(step('slow', '10s', { for: duration('10s') }))),
  );
  progress.moved({ phase: 'Running', elapsedMs: 0 });
  clock.advance(250);
  progress.close();
  expect(printed.split('\u001b[3A\u001b[J')).toHaveLength(3);
  expect(clock.nextAt).toBeUndefined();
});

test('what is said beside a drawing stays, and the next one stands below it', () => {
  let printed = '';
  const progress = showProgress(
    { stderr: (text) => void (printed += text), stderrColumns: () => 80, clock: new FakeClock() },
    timelineOf(twoSteps),
  );
  progress.moved({ phase: 'Pending', elapsedMs: undefined });
  progress.said('Waiting, since the watch fails\n');
  progress.close();
  expect(printed.split('Waiting, since the watch fails\n')[1]).toMatch(/^wan: Pending/);
});

test('compiled for agents it is a plan that an agent reads', () => {
  const scenario = scenarioOf(step('slow', '10s', { for: duration('10s') }));
  const plan = compiledPlan(scenario, 1_000, 7);
  expect(parsePlan(planDocument(plan), plan.name)).toEqual(plan);
  expect(plan).toMatchObject({
    name: 'scenario-wan',
    generation: 7,
    faults: [{ fault: { name: 'wan.slow.scenario' }, timing: { start: 1_000 } }],
  });
});

test('what needs a cluster is refused by the step', () => {
  expect(() => compiledPlan(twoSteps, 0, 1)).toThrow(
    'step flap: networkFault "cut" is an object of a cluster',
  );
});

test.each(['a', 'a-b', 'x'.repeat(54)])('the plan of %s has its name', (name) => {
  expect(planNameOf(name)).toBe(`scenario-${name}`);
});

test('a plan’s name is a DNS label, however long and dotted the scenario’s is, and of no other scenario', () => {
  const long = 'x'.repeat(60);
  const names = ['a.b', 'a-b', 'a.b.c', 'a.b-c', 'a-b-c', long, `${long}y`, `${long}.${'y'.repeat(80)}`];
  const plans = names.map(planNameOf);
  expect(new Set(plans).size).toBe(names.length);
  for (const plan of plans) expect(plan).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

test.each<[string, ParsedScenario, string | undefined]>([
  [
    'one that ends by itself needs no lease',
    scenarioOf(step('slow', '0s', { for: duration('1m') })),
    undefined,
  ],
  ['one without an end has an hour', scenarioOf(step('slow', '0s')), '1h'],
  ['what the scenario says counts', { ...scenarioOf(step('slow', '0s')), ttl: duration('2m') }, '2m'],
])('%s', (_, scenario, lease) => {
  const [planned] = compiledPlan(scenario, 0, 1).faults;
  expect(planned?.fault.ttl?.toString()).toBe(lease);
});
