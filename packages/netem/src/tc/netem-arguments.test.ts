import { parseFault } from '@podlag/core';
import type { ObservedNetem } from '../kernel/observed';
import { compose } from '../profile/compose';
import { netemArguments } from './netem-arguments';

const words = (document: Record<string, unknown>, was?: ObservedNetem): string =>
  netemArguments(compose([parseFault(document, 'test')], 'egress'), was).join(' ');

test.each([
  [{ delay: { time: '20ms' } }, 'limit 25000 delay 20ms rate 1tbit'],
  [{ delay: { time: '0.25ms' } }, 'limit 1000 delay 250us rate 1tbit'],
  [{ delay: { time: '20.001ms' } }, 'limit 25002 delay 20001us rate 1tbit'],
  [
    { delay: { time: '20ms', jitter: '5ms', correlation: '25%', distribution: 'normal' } },
    'limit 50000 delay 20ms 5ms 25% distribution normal rate 1tbit',
  ],
  [
    { delay: { time: '20ms', jitter: '5ms' } },
    'limit 50000 delay 20ms 5ms 0% distribution uniform rate 1tbit',
  ],
  [{ loss: { ratio: '10%' } }, 'limit 1000 loss random 10% 0% rate 1tbit'],
  [{ loss: { ratio: '1%', correlation: '25%' } }, 'limit 1000 loss random 1% 25% rate 1tbit'],
  [
    { loss: { gemodel: { p: '1%', r: '10%', h: '30%', k: '99.9%' } } },
    'limit 1000 loss gemodel 1% 10% 70% 0.1% rate 1tbit',
  ],
  [
    { loss: { state: { p13: '1%', p31: '10%', p32: '20%', p23: '30%', p14: '4%' } } },
    'limit 1000 loss state 1% 10% 20% 30% 4% rate 1tbit',
  ],
  [{ duplicate: { ratio: '1%' } }, 'limit 1000 duplicate 1% 0% rate 1tbit'],
  [{ corrupt: { ratio: '0.1%', correlation: '5%' } }, 'limit 1000 corrupt 0.1% 5% rate 1tbit'],
  [
    { delay: { time: '10ms' }, reorder: { ratio: '25%', gap: 5 } },
    'limit 12500 delay 10ms reorder 25% 0% gap 5 rate 1tbit',
  ],
  [{ rate: '10mbit' }, 'limit 1000 rate 10mbit'],
  [{ partition: true }, 'limit 1000 loss random 100% 0% rate 1tbit'],
])('%j is netem %s', (document, expected) => {
  expect(words(document)).toBe(expected);
});

test('what a netem change would keep by itself is set to zero by name', () => {
  const was: ObservedNetem = {
    ...{ limit: 1_000, delaySeconds: 0.001, jitterSeconds: 0, delayCorrelation: 0 },
    ...{ loss: undefined, duplicate: undefined, gap: 1, rateBytesPerSecond: 0, seed: undefined },
    corrupt: { ratio: 0.01, correlation: 0 },
    reorder: { ratio: 0.02, correlation: 0 },
  };
  expect(words({ delay: { time: '20ms' } }, was)).toBe(
    'limit 25000 delay 20ms corrupt 0% 0% reorder 0% 0% rate 1tbit',
  );
});

test.each([
  ['no rate: 10 gbit is assumed', { delay: { time: '100ms' } }, 125_000],
  ['jitter needs room for its tail', { delay: { time: '100ms', jitter: '25ms' } }, 250_000],
  ['a low rate still takes a burst', { delay: { time: '100ms' }, rate: '1mbit' }, 1_000],
  ['memory is bounded', { delay: { time: '4m' } }, 1_000_000],
])('the limit: %s', (_, document, packets) => {
  expect(words(document)).toContain(`limit ${packets} `);
});
