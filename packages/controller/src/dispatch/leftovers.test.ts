import { Duration, parseFault, type PlannedFault } from '@podlag/core';
import { heard, namesThere, unheard } from './leftovers';

const ms = (text: string) => Duration.parse(text);
const fault = { ...parseFault({ delay: { time: '20ms' }, ttl: '30s' }, 'a-name'), name: 'slow' };
const timing = { start: 1_000, at: Duration.zero, for: ms('10s') };

function having(
  state: 'in-force' | 'waiting' | 'ended' | 'expired' | 'refused',
  given: readonly PlannedFault[] = [{ fault }],
) {
  const faults = [{ name: 'slow', state }];
  return heard({ name: 'controller', generation: 1, time: 0, heardAt: 0, drift: 0, faults }, given, 1_000);
}

test.each([
  ['it is in force', having('in-force'), true],
  ['it will be', having('waiting'), true],
  ['its time is over', having('ended'), false],
  ['its lease is over', having('expired'), false],
  ['the kernel has refused it', having('refused'), false],
  ['nothing was heard', unheard, false],
])('whether an agent has a fault: %s', (_, hearing, isThere) => {
  expect(namesThere(hearing, 1_000, false)).toEqual(isThere ? ['slow'] : []);
});

test.each([
  ['its lease runs', having('in-force'), 30_999, true],
  ['its lease is over', having('in-force'), 31_000, false],
  ['its time runs', having('in-force', [{ fault, timing }]), 10_999, true],
  ['its time is over', having('in-force', [{ fault, timing }]), 11_000, false],
  ['another has given it', having('in-force', []), 1e9, true],
])('a silent agent keeps the time by itself: %s', (_, hearing, now, isThere) => {
  expect(namesThere(hearing, now, true)).toEqual(isThere ? ['slow'] : []);
});

test('what an agent that answers has told counts, whatever the time', () => {
  expect(namesThere(having('in-force'), 31_000, false)).toEqual(['slow']);
});
