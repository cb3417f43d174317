import { Duration } from '@podlag/core';
import type { BaselineState } from '../baselines/baseline-book';
import { baselineCondition } from './baseline-condition';

const pair = ['eu', 'us'] as const;
const measured: BaselineState = { kind: 'measured', pair, rtt: Duration.parse('1ms') };
const waiting: BaselineState = { kind: 'waiting', pair };
const unmeasured: BaselineState = { kind: 'unmeasured', pair, problem: 'shop/eu-1 gets no answer' };

test.each<[string, readonly BaselineState[], object]>([
  ['all were measured', [measured, measured], { status: 'True', reason: 'Measured' }],
  ['one is being measured', [measured, waiting], { status: 'Unknown', reason: 'Measuring' }],
  ['one could not be', [measured, waiting, unmeasured], { status: 'False', reason: 'NoAnswer' }],
])('%s', (_, states, claim) => expect(baselineCondition(states)).toMatchObject(claim));

test('what could not be measured is told with what to do', () => {
  expect(baselineCondition([unmeasured, measured])?.message).toBe(
    '1 of 2 round trips could not be measured, and nothing is subtracted there: between eu and us, shop/eu-1 gets no answer. ' +
      'Let pods reach each other at port 2332 (NetworkPolicy), or set subtractBaseline: false.',
  );
});

test('a matrix that subtracts nothing has no such condition', () => {
  expect(baselineCondition([])).toBeUndefined();
});
