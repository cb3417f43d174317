import type { VerifiedPair, VerifyOutput } from '../output/verify-output';
import { pairTable, verdictText } from './verdict-matrix';

const summary = { ok: 3, off: 1, unreachable: 1, unmeasurable: 1 };

function pair(from: string, to: string, more: Partial<VerifiedPair> = {}): VerifiedPair {
  return {
    ...{ from, to, address: '10.1.0.1', faults: [], verdict: 'ok' },
    asked: { median: '20ms', least: '19ms', most: '21ms', loss: '0%' },
    measured: { added: '20.123ms', median: '20.4ms', idle: '0.277ms', answered: 20, lost: 0 },
    ...more,
  };
}

const three: VerifyOutput = {
  ...{ port: 7, count: 20, pods: ['db', 'pd', 'web'], possible: 6, summary },
  pairs: [
    pair('db', 'pd'),
    pair('db', 'web', { asked: 'never', measured: { answered: 0, lost: 20 } }),
    pair('pd', 'db', { asked: { median: '0ms', least: '0ms', most: '1ms', loss: '5%' } }),
    pair('pd', 'web', { verdict: 'off', reason: 'too slow' }),
    pair('web', 'db', { verdict: 'unreachable', reason: 'not there', measured: { answered: 0, lost: 20 } }),
    pair('web', 'pd', { verdict: 'unmeasurable', reason: 'no idea', faults: ['a', 'b'] }),
  ],
};

test('rows connect to columns; why is told of what is not ok, the worst first', () => {
  expect(verdictText(three)).toBe(
    [
      'Added to a TCP round trip to port 7, ms, median of 20: asked / measured, loss asked / measured, verdict',
      'FROM \\ TO  db                      pd                      web',
      'db                                 20 / 20.1 ok            never / never ok',
      'pd         0 / 20.1, 5% / 0% ok                            20 / 20.1 off',
      'web        20 / never unreachable  20 / 20.1 unmeasurable',
      '',
      'pd -> web: off: too slow',
      'web -> db: unreachable: not there',
      'web -> pd: unmeasurable: no idea',
      '',
      '6 pairs: 3 ok, 1 off, 1 unreachable, 1 unmeasurable',
      '',
    ].join('\n'),
  );
});

test('one destination is one column', () => {
  const pairs = [pair('db', 'web'), pair('pd', 'web')];
  expect(verdictText({ ...three, pairs, possible: 2 })).toContain(
    'FROM \\ TO  web\ndb         20 / 20.1 ok\npd ',
  );
});

test('-o wide has all figures', () => {
  const rows = pairTable(three).split('\n');
  expect(rows[2]).toMatch(/^db +web +never +never +ok +0 +20$/);
  expect(rows[6]).toMatch(/^web +pd +20 +20\.1 +unmeasurable +no idea +0\.28 +20 +0 +a,b$/);
});

test('of many the worst are shown, of one verdict what is farthest from what is asked', () => {
  const pods = Array.from({ length: 13 }, (_, index) => `p${index}`);
  const near = pair('near', 'a', { verdict: 'off', reason: 'slow' });
  const far = pair('far', 'a', {
    ...{ verdict: 'off', reason: 'slow' },
    measured: { added: '90ms', answered: 20, lost: 0 },
  });
  const fine = Array.from({ length: 30 }, (_, index) => pair(`fine${index}`, 'a'));
  const document = { ...three, pods, pairs: [...fine, near, far], possible: 156 };
  const rows = verdictText(document).split('\n');
  expect(rows.slice(2, 4).map((row) => row.split(' ')[0])).toEqual(['far', 'near']);
  expect(rows.filter((row) => row.includes(' ok'))).toHaveLength(18 + 1);
  expect(rows.at(-2)).toContain('32 pairs (a sample of 156): ');
});
