import fc from 'fast-check';
import type { RoundTrip } from './round-trip';
import { addedMedian, summaryOf } from './summary';

const after = (...milliseconds: number[]): RoundTrip[] =>
  milliseconds.map((time) => ({ kind: 'answered', milliseconds: time }));
const lost: RoundTrip = { kind: 'lost' };
const shown = (roundTrips: readonly RoundTrip[]): unknown =>
  JSON.parse(JSON.stringify(summaryOf(roundTrips)));

test.each<[string, RoundTrip[], object]>([
  ['nothing has no times', [], { answered: 0, lost: 0 }],
  ['what is lost has no times', [lost, lost], { answered: 0, lost: 2 }],
  [
    'one answer is all of them',
    after(20.1234),
    { answered: 1, lost: 0, min: '20.123ms', median: '20.123ms', p95: '20.123ms', max: '20.123ms' },
  ],
  [
    'the median of an even number lies between the two in the middle',
    after(4, 1, 3, 2),
    { answered: 4, lost: 0, min: '1ms', median: '2.5ms', p95: '4ms', max: '4ms' },
  ],
  [
    'the median of an odd number is the one in the middle',
    [...after(3, 1, 2), lost],
    { answered: 3, lost: 1, min: '1ms', median: '2ms', p95: '3ms', max: '3ms' },
  ],
  [
    'of 20 answers 19 took no longer than the 95th percentile',
    after(...Array.from({ length: 20 }, (_, index) => index + 1)),
    { answered: 20, lost: 0, min: '1ms', median: '10.5ms', p95: '19ms', max: '20ms' },
  ],
  [
    'who was answered a second late was answered for the second SYN: the first was lost',
    after(20, 1_020, 21),
    { answered: 2, lost: 1, min: '20ms', median: '20.5ms', p95: '21ms', max: '21ms' },
  ],
  [
    'where every answer takes two seconds none of them is late',
    after(2_000, 2_010),
    { answered: 2, lost: 0, min: '2s', median: '2.005s', p95: '2.01s', max: '2.01s' },
  ],
  ['what was given up counts nowhere', [{ kind: 'given-up' }], { answered: 0, lost: 0 }],
])('%s', (_, roundTrips, summary) => expect(shown(roundTrips)).toEqual(summary));

const ended = fc.oneof(
  fc.constant(lost),
  fc.double({ min: 0, max: 3_000, noNaN: true }).map((time) => after(time)[0]!),
);

test('every end counts once, in whatever order they came, and the times are in order', () => {
  fc.assert(
    fc.property(fc.array(ended), (roundTrips) => {
      const { answered, lost: gone, min, median, p95, max } = summaryOf(roundTrips);
      expect(answered + gone).toBe(roundTrips.length);
      expect(summaryOf(roundTrips.toReversed())).toEqual(summaryOf(roundTrips));
      const times = [min, median, p95, max].map((time) => time?.nanoseconds ?? 0);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(min !== undefined).toBe(answered > 0);
    }),
  );
});

test.each<[string, RoundTrip[], RoundTrip[], string | undefined]>([
  ['the difference of the medians is what is added', after(20.5, 20.6, 90), after(0.5, 0.4, 7), '20.1ms'],
  ['noise that makes it less than nothing is nothing', after(0.4), after(0.5), '0ms'],
  ['without an answer nothing is said', [lost], after(0.5), undefined],
  ['without an idle answer nothing is said', after(20), [lost], undefined],
])('%s', (_, probe, idle, added) =>
  expect(addedMedian(summaryOf(probe), summaryOf(idle))?.toString()).toBe(added),
);
