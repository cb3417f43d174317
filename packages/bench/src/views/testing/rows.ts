import type { Comparison, ComparisonRow } from '../../compare/comparison';
import type { Observed, ObservedRow } from '../../observed/observation';

/** A row of a comparison of netperf-tcp-rr: 2 ms slower; and what is to be different in it. */
export function comparisonRow(overrides: Partial<ComparisonRow> = {}): ComparisonRow {
  return {
    ...{ use: 'netperf-tcp-rr', benchmark: 'netperf-tcp-rr' },
    ...{ path: 'pod', placement: 'other-node', condition: 'none' },
    ...{ client: undefined, server: undefined, pairs: 3 },
    metric: { name: 'round_trip_median', unit: 's', better: 'lower', roundTrips: 1 },
    a: { n: 5, failed: 0, invalid: 0, median: 0.000204 },
    b: { n: 4, failed: 1, invalid: 0, median: 0.002211 },
    ...{ shift: 0.002007, shiftRatio: 9.838, interval: { low: 0.001998, high: 0.002016, level: 0.95 } },
    ...{ p: 0.0159, adjustedP: 0.0318, exact: true, cliffsDelta: 1, minimumEffect: 0.0002 },
    ...{ verdict: 'worse', why: 'all of B lies above A' },
    ...overrides,
  };
}

/** A comparison of `rows`, and what is to be different in it. */
export function comparisonWith(
  rows: readonly ComparisonRow[],
  overrides: Partial<Comparison> = {},
): Comparison {
  return {
    ...{ a: 'before', b: 'after', differences: [], rows, tested: rows.length },
    ...{ verdict: 'worse', why: '2 metrics tested at 5 %' },
    ...overrides,
  };
}

/** A row of what was observed of 20 ms, and what is to be different in it. */
export function observedRow(overrides: Partial<ObservedRow> = {}): ObservedRow {
  return {
    ...{ use: 'netperf-tcp-rr', benchmark: 'netperf-tcp-rr', path: 'pod', placement: 'other-node' },
    ...{ client: undefined, server: undefined, condition: 'slow' },
    metric: { name: 'round_trip_median', unit: 's', better: 'lower', roundTrips: 1 },
    ...{ roundTrips: 1, asked: 0.02, expected: 0.02, n: 5, added: 0.02013 },
    ...{ interval: { low: 0.02004, high: 0.02021, level: 0.95 }, tolerance: 0.001 },
    ...{ verdict: 'as asked', why: '20.1 ms for 20 ms' },
    ...overrides,
  };
}

/** What was observed, with what a request pays. */
export function observedWith(rows: readonly ObservedRow[]): Observed {
  const lines = [
    { what: 'TCP connect', roundTrips: 1, seconds: 0.02, measured: 0.0203 },
    { what: 'HTTPS request, new connection, TLS 1.3', roundTrips: 3, seconds: 0.06, measured: undefined },
  ];
  return { run: 'a-run', rows, requestCost: [{ condition: 'slow', roundTrip: 0.02, from: 'asked', lines }] };
}
