import { LatencyHistogram } from '../record/histogram';
import { PacedStream, type LoadWindow } from './paced-stream';

describe('PacedStream', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** Runs a stream for a second, the first 200 ms of which are warm-up, against exchanges that take as long as they are told. */
  const run = async (options: {
    intervalMs?: number;
    tookMs: (index: number) => number;
  }): Promise<{ window: LoadWindow; begun: number; finished: number }> => {
    const begin = performance.now();
    const window = { from: begin + 200, until: begin + 1000, histogram: new LatencyHistogram(), lastDone: 0 };
    const seen = { window, begun: 0, finished: 0 };
    const stream = new PacedStream(window, options.intervalMs, begin, () => (seen.finished += 1));
    stream.run({
      begin() {
        setTimeout(() => stream.done(), options.tookMs(seen.begun));
        seen.begun += 1;
      },
      close: () => undefined,
    });
    await jest.advanceTimersByTimeAsync(5000);
    return seen;
  };

  test('without a timetable each exchange begins when the last is done', async () => {
    const { window, begun, finished } = await run({ tookMs: () => 20 });
    expect(begun).toBe(50);
    expect(window.histogram.recordCount).toBe(40);
    expect(window.histogram.min).toBeCloseTo(0.02, 4);
    expect(finished).toBe(1);
  });

  test('by a timetable it waits for the time', async () => {
    const { window, begun, finished } = await run({ intervalMs: 100, tookMs: () => 20 });
    expect(begun).toBe(10);
    expect(window.histogram.recordCount).toBe(8);
    expect(window.histogram.max).toBeCloseTo(0.02, 4);
    expect(finished).toBe(1);
  });

  test('a stall shows in each exchange that had to wait for it', async () => {
    const { window } = await run({ intervalMs: 100, tookMs: (index) => (index === 4 ? 300 : 1) });
    const { histogram } = window;
    // The one that stalls takes 300 ms; the next three are late by 201, 102 and 3 ms.
    expect(histogram.quantile(1)).toBeCloseTo(0.3, 3);
    expect(histogram.quantile(7 / 8)).toBeCloseTo(0.201, 3);
    expect(histogram.quantile(6 / 8)).toBeCloseTo(0.102, 3);
    expect(histogram.quantile(5 / 8)).toBeCloseTo(0.003, 4);
    expect(histogram.recordCount).toBe(8);
  });

  test('that our own timer is late is no latency', async () => {
    const onTime = globalThis.setTimeout;
    // The stream's own timers come 7 ms late, as in a process that gets too little CPU; the exchanges' come in time.
    jest
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation((run: () => void, ms = 0) => onTime(run, ms === 2 ? ms : ms + 7));
    const { window } = await run({ intervalMs: 10, tookMs: () => 2 });
    expect(window.histogram.recordCount).toBeGreaterThanOrEqual(78);
    expect(window.histogram.max).toBeLessThan(0.0021);
  });

  test('what is under way when the time is over is waited for, and counts', async () => {
    const { window, finished } = await run({ tookMs: () => 700 });
    expect(window.histogram.recordCount).toBe(1);
    expect(window.lastDone - window.until).toBe(400);
    expect(finished).toBe(1);
  });
});
