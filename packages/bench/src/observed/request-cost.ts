import { median } from '../statistics/median';
import type { ObservedRow, RequestCost, RequestCostLine } from './observation';

interface Step {
  readonly what: string;
  readonly roundTrips: number;
  /** Built-in and outside benchmarks whose figure of as many round trips is just this. */
  readonly benchmarks: readonly string[];
}

/**
 * Round trips until the first byte of an answer: RFC 9293 (TCP, one until the client may send), RFC 8446 (TLS 1.3, one), RFC
 * 5246 (TLS 1.2, two). No session is resumed and no name is looked up.
 */
const steps: readonly Step[] = [
  { what: 'TCP connect', roundTrips: 1, benchmarks: ['probe-connect'] },
  { what: 'TLS 1.3 handshake', roundTrips: 1, benchmarks: [] },
  { what: 'TLS 1.2 handshake', roundTrips: 2, benchmarks: [] },
  { what: 'HTTP request, kept connection', roundTrips: 1, benchmarks: ['probe-http', 'fortio-http'] },
  { what: 'HTTP request, new connection', roundTrips: 2, benchmarks: ['probe-http'] },
  { what: 'HTTPS request, new connection, TLS 1.3', roundTrips: 3, benchmarks: [] },
  { what: 'HTTPS request, new connection, TLS 1.2', roundTrips: 4, benchmarks: [] },
];

/**
 * Why a delay of 20 ms makes a request 60 ms or 80 ms longer: each step, in round trips and seconds. Conditions of which
 * neither is known what they ask for nor seen that they add anything are left out.
 *
 * @param rows of the first metric of each count of round trips
 */
export function requestCosts(rows: readonly ObservedRow[]): readonly RequestCost[] {
  const byCondition = Map.groupBy(rows, ({ condition }) => condition);
  return [...byCondition].flatMap(([condition, own]) => costOf(condition, own) ?? []);
}

function costOf(condition: string, rows: readonly ObservedRow[]): RequestCost | undefined {
  const asked = rows.find((row) => row.asked !== undefined)?.asked;
  const roundTrip = asked ?? medianOf(rows.filter(isSeen).map(perRoundTrip));
  if (roundTrip === undefined) return undefined;
  const from = asked === undefined ? 'measured' : 'asked';
  return { condition, roundTrip, from, lines: steps.map((step) => lineOf(step, roundTrip, rows)) };
}

function lineOf(
  { what, roundTrips, benchmarks }: Step,
  roundTrip: number,
  rows: readonly ObservedRow[],
): RequestCostLine {
  const own = rows
    .filter((row) => benchmarks.includes(row.benchmark) && row.roundTrips === roundTrips)
    .filter(isMeasured);
  const measured = medianOf(own.map(({ added }) => added));
  return { what, roundTrips, seconds: roundTrips * roundTrip, measured };
}

/** By enough samples to have an interval; of fewer nothing is claimed. */
function isMeasured({ interval }: ObservedRow): boolean {
  return interval !== undefined;
}

/** That anything is added at all is no chance. */
function isSeen({ interval }: ObservedRow): boolean {
  return interval !== undefined && interval.low > 0;
}

function perRoundTrip({ added, roundTrips }: ObservedRow): number | undefined {
  return added === undefined ? undefined : added / roundTrips;
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const there = values.filter((value) => value !== undefined);
  return there.length === 0 ? undefined : median(there);
}
