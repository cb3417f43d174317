import { observedTable } from './observed-table';
import { observedRow, observedWith } from './testing/rows';

test('asked stands beside observed, and what is off has its reason; then what a request pays', () => {
  const rows = [
    observedRow(),
    observedRow({
      use: 'qperf-tcp',
      roundTrips: 0.5,
      expected: 0.01,
      added: 0.013,
      verdict: 'off',
      why: '3 ms too much',
    }),
    observedRow({
      ...{ use: 'fortio-http', n: 2, added: undefined, interval: undefined, tolerance: undefined },
      ...{ verdict: 'not measured', why: '2 pairs of samples' },
    }),
  ];
  expect(observedTable(observedWith(rows))).toBe(
    `a-run: added by each condition, asked and observed

in all rows: metric round_trip_median, path pod, placement other-node, condition slow, unit ms

USE             ASKED PER ROUND TRIP  ROUND TRIPS  ASKED  OBSERVED  95 % INTERVAL  TOLERANCE  N  VERDICT
netperf-tcp-rr                  20.0            1   20.0      20.1  20.0 to 20.2        1.00  5  as asked
qperf-tcp                       20.0          0.5   10.0      13.0  20.0 to 20.2        1.00  5  off
fortio-http                     20.0            1   20.0         -  -                      -  2  not measured

qperf-tcp round_trip_median, slow: off: 3 ms too much
fortio-http round_trip_median, slow: not measured: 2 pairs of samples

What slow adds to a request: 20.0 ms for each round trip, as asked

WHAT                                    ROUND TRIPS  COSTS, ms  OBSERVED, ms
TCP connect                                       1       20.0          20.3
HTTPS request, new connection, TLS 1.3            3       60.0             -
`,
  );
});

test('a run without conditions says what to do', () => {
  const text = observedTable({ run: 'a-run', rows: [], requestCost: [] });
  expect(text).toContain('no conditions');
  expect(text).toContain('nothing was measured under them');
});
