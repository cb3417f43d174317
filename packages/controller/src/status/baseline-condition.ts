import type { Condition } from '@podlag/api';
import { defaultAgentPort } from '@podlag/core';
import type { BaselineState } from '../baselines/baseline-book';

/** A condition before it is known since when it holds. */
export type Claim = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

const type = 'BaselineMeasured';

/** Whether what a matrix subtracts was measured. Undefined for one that subtracts nothing. */
export function baselineCondition(states: readonly BaselineState[]): Claim | undefined {
  if (states.length === 0) return undefined;
  const unmeasured = states.filter((state) => state.kind === 'unmeasured');
  const [first] = unmeasured;
  if (first !== undefined) {
    const pairs = `${unmeasured.length} of ${states.length} round trips could not be measured, and nothing is subtracted there`;
    const hint = `Let pods reach each other at port ${defaultAgentPort} (NetworkPolicy), or set subtractBaseline: false`;
    const message = `${pairs}: between ${first.pair.join(' and ')}, ${first.problem}. ${hint}.`;
    return { type, status: 'False', reason: 'NoAnswer', message };
  }
  if (states.some(({ kind }) => kind === 'waiting'))
    return { type, status: 'Unknown', reason: 'Measuring', message: 'round trips are being measured' };
  return { type, status: 'True', reason: 'Measured', message: `${states.length} round trips were measured` };
}
