import { parseFault, parsePlan } from '@podlag/core';
import { hold, setOf } from './fault-set';
import { heardBy, noPlans, plannedAt, together, withPlan, type PlanSet } from './plan-set';

const now = Date.UTC(2026, 10, 20, 12);
const start = new Date(now).toISOString();

function plansOf(...faults: readonly object[]): PlanSet {
  return withPlan(noPlans, parsePlan({ generation: 1, faults }, 'controller'), now);
}

const direct = setOf([hold(parseFault({ delay: { time: '1ms' } }, 'a'), now)]);
const slow = { name: 'a', delay: { time: '20ms' } };

test('a planned fault stands beside the one of the same name that a call has set, and behind it', () => {
  const { faults } = together(direct, plannedAt(plansOf(slow), now), 10);
  expect([...faults].map(([name, { fault }]) => [name, fault.name])).toEqual([
    ['a', 'a'],
    ['controller/a', 'controller/a'],
  ]);
});

test('a set in which nothing differs is the very one, and a fault that stays as it is is the very one too', () => {
  const ramp = { of: 'delay', from: '1ms', to: '9ms', steps: 3, over: '3s' };
  const plans = plansOf({ ...slow, timing: { start, ramp } }, { ...slow, name: 'b' });
  const { faults } = together(direct, plannedAt(plans, now), 10);
  expect(together(faults, plannedAt(plans, now + 999), 10).faults).toBe(faults);
  const next = together(faults, plannedAt(plans, now + 1_000), 10).faults;
  expect(next).not.toBe(faults);
  expect(next.get('controller/b')).toBe(faults.get('controller/b'));
});

test('what there is no room for is left out with its reason, and what comes behind it is not', () => {
  const to = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((cidr) => ({ cidr }));
  const planned = plannedAt(plansOf({ ...slow, to }, { ...slow, name: 'b', to: to.slice(0, 2) }), now);
  const { faults, leftOut } = together(direct, planned, 2);
  expect([...faults.keys()]).toEqual(['a', 'controller/b']);
  expect([...leftOut].map(([name, { code }]) => [name, code])).toEqual([
    ['controller/a', 'too-many-targets'],
  ]);
});

test('plans of which nobody was heard in the future are the very ones, so that nothing is written for them', () => {
  const plans = plansOf(slow);
  expect(heardBy(plans, now)).toBe(plans);
});

test('after the clock was set back nobody has been heard of later than now', () => {
  expect(heardBy(plansOf(slow), now - 500).get('controller')!.heardAt).toBe(now - 500);
  expect(heardBy(plansOf(slow), now + 500).get('controller')!.heardAt).toBe(now);
});

test('plans are few, and their faults too', () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ ...slow, name: `f${index}` }));
  const [one, two] = ['one', 'two'].map((name) => parsePlan({ generation: 0, faults: many }, name));
  const plans = withPlan(noPlans, one!, now);
  expect(() => withPlan(plans, two!, now)).toThrow(expect.objectContaining({ code: 'too-many-faults' }));
  expect(withPlan(plans, one!, now).size).toBe(1);
  const named = Array.from({ length: 17 }, (_, index) =>
    parsePlan({ generation: 0, faults: [] }, `p${index}`),
  );
  expect(() => named.reduce((set, plan) => withPlan(set, plan, now), noPlans)).toThrow(/17 plans/);
});
