import type { Link, ParsedLatencyMatrix } from '@podlag/api';
import { Duration } from '@podlag/core';
import { matrixOutput } from '../output/matrix-output';
import { matrixOf } from './show-command';

const link = (from: string, to: string, oneWay?: string): [string, Link] => [
  `${from} ${to}`,
  { from, to, ...(oneWay === undefined ? {} : { delay: { oneWay: Duration.parse(oneWay) } }) },
];

function matrixWith(...links: readonly [string, Link][]): ParsedLatencyMatrix {
  const regions = ['eu', 'us'].map((name) => ({
    name,
    members: { kind: 'nodeRegion', nodeRegion: name } as const,
  }));
  return {
    ...{ namespace: 'shop', name: 'world', uid: '1', generation: 1, selector: {}, regions },
    ...{ subtractBaseline: true, ttl: Duration.parse('1m'), suspend: false },
    links: new Map(links),
  };
}

test('a round trip is both ways together, also where they differ, beside what was measured', () => {
  const matrix = matrixOf(matrixWith(link('eu', 'us', '30ms'), link('us', 'eu', '50ms')), {
    phase: 'Effective',
    baselines: [{ between: ['us', 'eu'], rtt: '0.2ms' }],
  });
  expect(matrix.cells).toEqual([
    { from: 'eu', to: 'us', rttMs: 80, baselineMs: 0.2 },
    { from: 'us', to: 'eu', rttMs: 80, baselineMs: 0.2 },
  ]);
  expect(matrixOutput.parse(matrix)).toEqual(matrix);
});

test('a link with loss alone is there, without a round trip', () => {
  const { cells } = matrixOf(matrixWith(link('eu', 'us')), { phase: 'Pending', baselines: [] });
  expect(cells).toEqual([{ from: 'eu', to: 'us' }]);
});
