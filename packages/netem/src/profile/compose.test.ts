import { parseFault } from '@podlag/core';
import fc from 'fast-check';
import { compose } from './compose';
import type { Profile } from './profile';

type Document = Record<string, unknown>;

const profileOf = (...documents: Document[]): Profile =>
  compose(
    documents.map((document, index) => parseFault(document, `fault-${index}`)),
    'egress',
  );

/** The parts of a profile that differ from doing nothing, printed. */
function brief({ delay, loss, duplicate, corrupt, reorder, rate }: Profile): Record<string, string> {
  const chances =
    loss.kind === 'random' ? [loss.ratio] : loss.kind === 'gemodel' ? [loss.p, loss.r, loss.h, loss.k] : [];
  return {
    time: delay.time.toString(),
    jitter: delay.jitter.toString(),
    loss: [loss.kind, ...chances.map(String)].join(' '),
    duplicate: duplicate.ratio.toString(),
    corrupt: corrupt.ratio.toString(),
    reorder: `${reorder.ratio.toString()} gap ${reorder.gap}`,
    rate: rate?.toString() ?? 'none',
  };
}

test.each<[string, Document[], Record<string, string>]>([
  ['one delay is itself', [{ delay: { time: '20ms' } }], { time: '20ms', jitter: '0ms' }],
  ['delays add', [{ delay: { time: '20ms' } }, { delay: { time: '0.5ms' } }], { time: '20.5ms' }],
  [
    'the jitter of one fault is kept when another only delays',
    [{ delay: { time: '20ms', jitter: '2ms' } }, { delay: { time: '5ms' } }],
    { time: '25ms', jitter: '2ms' },
  ],
  [
    'normal jitters add as variances do',
    [
      { delay: { time: '20ms', jitter: '3ms', distribution: 'normal' } },
      { delay: { time: '20ms', jitter: '4ms', distribution: 'normal' } },
    ],
    { time: '40ms', jitter: '5ms' },
  ],
  [
    'what gets through multiplies',
    [{ loss: { ratio: '10%' } }, { loss: { ratio: '20%' } }],
    { loss: 'random 28%' },
  ],
  [
    'either may duplicate',
    [{ duplicate: { ratio: '10%' } }, { duplicate: { ratio: '10%' } }],
    { duplicate: '19%' },
  ],
  ['either may corrupt', [{ corrupt: { ratio: '1%' } }, { rate: '1mbit' }], { corrupt: '1%', rate: '1mbit' }],
  ['the lowest rate wins', [{ rate: '10mbit' }, { rate: '1gbit' }, { rate: '2mbit' }], { rate: '2mbit' }],
  [
    'a partition beats all: not even a copy passes',
    [{ loss: { gemodel: { p: '1%' } } }, { partition: true }, { duplicate: { ratio: '50%' } }],
    { loss: 'random 100%', duplicate: '0%' },
  ],
  [
    'the defaults of gemodel are those of tc',
    [{ loss: { gemodel: { p: '1%' } } }],
    { loss: 'gemodel 1% 99% 0% 100%' },
  ],
  [
    'random loss thins both states of gemodel',
    [{ loss: { gemodel: { p: '1%', r: '10%', h: '30%', k: '99%' } } }, { loss: { ratio: '10%' } }],
    { loss: 'gemodel 1% 10% 27% 89.1%' },
  ],
  [
    'the smallest gap wins',
    [
      { delay: { time: '1ms' }, reorder: { ratio: '10%', gap: 5 } },
      { delay: { time: '1ms' }, reorder: { ratio: '10%', gap: 3 } },
    ],
    { reorder: '19% gap 3' },
  ],
])('%s', (_, documents, expected) => {
  expect(brief(profileOf(...documents))).toMatchObject(expected);
});

test('two loss models that no single leaf can do are refused, not approximated', () => {
  expect(() => profileOf({ loss: { gemodel: { p: '1%' } } }, { loss: { state: { p13: '1%' } } })).toThrow(
    expect.objectContaining({ code: 'not-composable', field: 'loss' }),
  );
});

test('delays that add up to more than an hour are refused, and to an hour are not', () => {
  const long = { delay: { time: '30m' } };
  expect(profileOf(long, long).delay.time.toString()).toBe('1h');
  expect(() => profileOf(long, long, { delay: { time: '1ms' } })).toThrow(
    expect.objectContaining({ code: 'not-composable', field: 'delay.time' }),
  );
});

test('a round trip in both directions is half in each; a time is whole in each', () => {
  const faults = [
    parseFault({ delay: { rtt: '81ms', jitter: '2ms' }, direction: 'both' }, 'far'),
    parseFault({ delay: { time: '5ms' }, direction: 'both' }, 'slow'),
  ];
  const [out, back] = (['egress', 'ingress'] as const).map((direction) => compose(faults, direction).delay);
  expect([out?.time.toString(), out?.jitter.toString()]).toEqual(['45.5ms', '1ms']);
  expect([back?.time.toString(), back?.jitter.toString()]).toEqual(['45.5ms', '1ms']);
});

test.each([
  ['two models of loss', { loss: { gemodel: { p: '1%' } } }, { loss: { state: { p13: '1%' } } }, 'loss'],
  ['more than an hour', { delay: { time: '40m' } }, { delay: { time: '40m' } }, 'delay.time'],
])('%s is refused under a partition too, which may end by itself', (_, one, other, field) => {
  expect(() => profileOf({ partition: true }, one, other)).toThrow(
    expect.objectContaining({ code: 'not-composable', field }),
  );
});

test('seeds make one, and without any the kernel has its own random numbers', () => {
  const lossy = { loss: { ratio: '1%' } };
  expect(profileOf(lossy).seed).toBeUndefined();
  expect(profileOf({ ...lossy, seed: 0 }).seed).toBe(0);
  expect(profileOf({ ...lossy, seed: 7 }, { ...lossy, seed: Number.MAX_SAFE_INTEGER }).seed).toBe(6);
});

test('two uniform jitters make the triangle that they are, not a wider uniform', () => {
  const jittered = { delay: { time: '20ms', jitter: '5ms' } };
  const { delay } = profileOf(jittered, jittered);
  const spread = delay.shape!.quantiles.map((quantile) => quantile * delay.jitter.milliseconds);
  const within = (ms: number): number =>
    spread.filter((value) => Math.abs(value) <= ms).length / spread.length;
  expect(Math.max(...spread)).toBeGreaterThan(9.5);
  expect(Math.max(...spread)).toBeLessThanOrEqual(10);
  // Of a triangle from -10 to 10, three quarters lie within -5 and 5; of a uniform one only half would.
  expect(within(5)).toBeCloseTo(0.75, 1);
});

const percent = fc.integer({ min: 0, max: 100 }).map((whole) => `${whole}%`);
const documents = fc.array(
  fc.record(
    {
      rate: fc.integer({ min: 1, max: 999 }).map((whole) => `${whole}mbit`),
      delay: fc.record(
        {
          time: fc.integer({ min: 10, max: 999 }).map((ms) => `${ms}ms`),
          jitter: fc.constantFrom('1ms', '3ms', '0.1ms'),
        },
        { requiredKeys: ['time'] },
      ),
      loss: fc.record({ ratio: percent, correlation: percent }),
      duplicate: fc.record({ ratio: percent }),
      corrupt: fc.record({ ratio: percent }),
      seed: fc.maxSafeNat(),
    },
    { requiredKeys: ['rate'] },
  ),
  { minLength: 1, maxLength: 4 },
);

test('the order in which faults come never matters', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const faults = given.map((document, index) => parseFault(document, `fault-${index}`));
      expect(compose([...faults].reverse(), 'egress')).toEqual(compose(faults, 'egress'));
    }),
    { numRuns: 40 },
  );
});
