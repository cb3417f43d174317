import { median } from '../../../src/demo/verdict';
import type { RoundTrips } from './ping-output';

/** What stands for many measurements. */
interface Measure {
  readonly of: (times: RoundTrips) => number;
  /** By so much, in milliseconds, it may be above what was asked and the idle one. */
  readonly toleranceMs: number;
  /** Above this, in milliseconds and with nothing asked, a machine is too busy for a comparison to show anything. */
  readonly mostIdleMs: number;
}

/** Medians; Infinity, above every limit, where half of them or more had no reply. A node has other work, too. */
export const pings: Measure = {
  of: (times) => median(times) ?? Infinity,
  ...{ toleranceMs: 2, mostIdleMs: 10 },
};

/**
 * The shortest of calls over HTTP, on a connection of its own each: two programs take part, and what else a node does
 * makes a call longer, never shorter.
 */
export const httpCalls: Measure = {
  of: (times) => Math.min(...times.map((time) => time ?? Infinity)),
  ...{ toleranceMs: 10, mostIdleMs: 20 },
};

/** One path, measured with nothing asked of it and otherwise. */
export interface Comparison {
  /** In milliseconds. 0: nobody has asked anything of it, and it has to be as it is idle. */
  readonly askedMs: number;
  readonly idle: RoundTrips;
  readonly measured: RoundTrips;
}

const attempts = 5;

/**
 * What was asked is what is measured: at least that, and at most that with the idle one and the tolerance. Everything is
 * compared anew, up to four times, while something is above its limit: another program that has the CPU makes a timer
 * late. It never makes one early, so below what was asked is an error at once.
 */
export async function expectCompared(
  compare: () => Promise<readonly Comparison[]>,
  by: Measure = pings,
): Promise<void> {
  let found = await compare();
  for (let made = 1; made < attempts && found.some(isLate(by)) && !found.some(isEarly(by)); made++) {
    found = await compare();
  }
  process.stderr.write(found.map((one) => `${told(by)(one)}\n`).join(''));
  const busy = found.filter(({ idle }) => by.of(idle) > by.mostIdleMs);
  if (busy.length > 0 && !found.some(isEarly(by))) {
    throw new Error(
      `with nothing asked it takes more than ${by.mostIdleMs} ms, which shows nothing of what was asked: ` +
        `${busy.map(told(by)).join('; ')}. Run it again when the machine does little else.`,
    );
  }
  expect(found.filter((one) => isEarly(by)(one) || isLate(by)(one)).map(told(by))).toEqual([]);
}

/**
 * The same of one path, with an idle time from before. For what can be set and cleared again `expectDelays` is better:
 * where a machine gets busier meanwhile, its idle time does, too.
 */
export function expectMeasuredDelay(
  measure: () => Promise<RoundTrips>,
  askedMs: number,
  idle: RoundTrips,
): Promise<void> {
  return expectCompared(async () => [{ askedMs, idle, measured: await measure() }]);
}

/** Something to ask for, and the paths on which it is looked for. */
export interface Trial {
  /** Measures each path: the answers have the order of `askedMs`. */
  readonly measure: () => Promise<readonly RoundTrips[]>;
  readonly set: () => Promise<unknown>;
  /** Takes away what was set. */
  readonly clear: () => Promise<unknown>;
  /** Of each path, in milliseconds. */
  readonly askedMs: readonly number[];
}

/**
 * Measures before, with what was asked in force, and when it has gone: every path shows what was asked of it, and then
 * nothing. The three are measured anew together.
 */
export function expectDelays({ measure, set, clear, askedMs }: Trial, by: Measure = pings): Promise<void> {
  return expectCompared(async () => {
    const before = await measure();
    await set();
    const meanwhile = await measure();
    await clear();
    const after = await measure();
    // Else a path that was not measured would be one that nothing is wrong with.
    expect([before, meanwhile, after].map(({ length }) => length)).toEqual(Array(3).fill(askedMs.length));
    return [
      ...meanwhile.map((measured, path) => ({ askedMs: askedMs[path]!, idle: before[path]!, measured })),
      ...after.map((measured, path) => ({ askedMs: 0, idle: before[path]!, measured })),
    ];
  }, by);
}

const isEarly =
  ({ of }: Measure) =>
  ({ measured, askedMs }: Comparison): boolean =>
    of(measured) < askedMs;

const isLate =
  ({ of, toleranceMs, mostIdleMs }: Measure) =>
  ({ measured, askedMs, idle }: Comparison): boolean =>
    of(idle) > mostIdleMs || of(measured) > askedMs + of(idle) + toleranceMs;

const told =
  ({ of }: Measure) =>
  ({ measured, askedMs, idle }: Comparison): string =>
    `asked ${askedMs} ms, idle ${of(idle).toPrecision(3)} ms, measured ${of(measured).toPrecision(3)} ms`;
