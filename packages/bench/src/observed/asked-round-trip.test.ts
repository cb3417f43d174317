import { parseFault } from '@podlag/core';
import type { AskedOfCondition } from '../record/manifest';
import type { Condition } from '../scenario/bench-scenario';
import { askedOf, askedRoundTrip } from './asked-round-trip';

const conditionOf = (
  faults: readonly Record<string, unknown>[],
  side: Condition['side'] = 'client',
): Condition => ({
  name: 'slow',
  side,
  faults: faults.map((fault, index) => parseFault(fault, `f${index}`)),
});

test.each<[string, readonly Record<string, unknown>[], Condition['side'], string | undefined]>([
  ['no faults', [], 'both', '0ms'],
  ['one way', [{ delay: { time: '20ms' } }], 'client', '20ms'],
  ['one way, at the server', [{ delay: { time: '20ms' } }], 'server', '20ms'],
  ['both ways', [{ delay: { time: '20ms' }, direction: 'both' }], 'client', '40ms'],
  ['both agents', [{ delay: { time: '20ms' } }], 'both', '40ms'],
  ['both agents, both ways', [{ delay: { time: '20ms' }, direction: 'both' }], 'both', '80ms'],
  ['a round trip that is shared out', [{ delay: { rtt: '81ms' }, direction: 'both' }], 'client', '81ms'],
  ['a round trip one way', [{ delay: { rtt: '80ms' }, direction: 'ingress' }], 'client', '80ms'],
  ['faults that add', [{ delay: { time: '20ms' } }, { delay: { time: '5ms' } }], 'client', '25ms'],
  ['a loss beside a delay', [{ delay: { time: '20ms' } }, { loss: { ratio: '1%' } }], 'client', '20ms'],
  ['an even jitter', [{ delay: { time: '20ms', jitter: '5ms', distribution: 'normal' } }], 'client', '20ms'],
  [
    'a lopsided jitter',
    [{ delay: { time: '20ms', jitter: '5ms', distribution: 'pareto' } }],
    'client',
    undefined,
  ],
  ['a loss alone', [{ loss: { ratio: '1%' } }], 'client', undefined],
  ['a rate', [{ delay: { time: '20ms' }, rate: '1mbit' }], 'client', undefined],
  ['a partition', [{ delay: { time: '20ms' } }, { partition: true }], 'client', undefined],
  ['overtaking', [{ delay: { time: '20ms' }, reorder: { ratio: '25%' } }], 'client', undefined],
  ['targets of its own', [{ delay: { time: '20ms' }, to: [{ ports: ['5201'] }] }], 'client', undefined],
])('%s', (_, faults, side, expected) => {
  expect(askedRoundTrip(conditionOf(faults, side))?.toString()).toBe(expected);
});

test.each<[string, readonly Record<string, unknown>[], AskedOfCondition]>([
  ['no faults', [], { addedRoundTrip: 0 }],
  ['a delay, of all statistics', [{ delay: { time: '20ms' } }], { addedRoundTrip: 0.02 }],
  [
    'a delay and a loss, of those that a retransmission does not move',
    [{ delay: { time: '20ms' } }, { loss: { ratio: '1%' } }],
    { addedRoundTrip: 0.02, statistics: ['median', 'minimum'] },
  ],
  [
    'a delay that spoils packets, of the same',
    [{ delay: { time: '20ms' }, corrupt: { ratio: '1%' } }],
    { addedRoundTrip: 0.02, statistics: ['median', 'minimum'] },
  ],
  [
    'a jitter, of its middle',
    [{ delay: { time: '20ms', jitter: '5ms' } }],
    { addedRoundTrip: 0.02, statistics: ['median', 'mean'] },
  ],
  ['a loss alone, of nothing', [{ loss: { ratio: '1%' } }], {}],
])('asked for is %s', (_, faults, asked) => {
  expect(askedOf(conditionOf(faults))).toEqual(asked);
});
