import { pause, systemClock } from './clock';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const days = 24 * 3600 * 1000;

test('a wait of a month is not cut to the 24.8 days of a timer', () => {
  const run = jest.fn();
  systemClock.after(30 * days, run);
  jest.advanceTimersByTime(30 * days - 1);
  expect(run).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
});

test('it can be called off in its first piece and in its second', () => {
  const run = jest.fn();
  systemClock.after(30 * days, run)();
  const callOff = systemClock.after(30 * days, run);
  jest.advanceTimersByTime(28 * days);
  callOff();
  jest.advanceTimersByTime(30 * days);
  expect(run).not.toHaveBeenCalled();
});

test('a pause takes its time, and no more than that', async () => {
  const over = jest.fn();
  void pause(systemClock, 1_000, new AbortController().signal).then(over);
  await jest.advanceTimersByTimeAsync(999);
  expect(over).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  expect(over).toHaveBeenCalled();
});

test.each([true, false])(
  'a pause ends with its signal, also with one that has aborted before: %s',
  async (before) => {
    const stop = new AbortController();
    if (before) stop.abort();
    const paused = pause(systemClock, 1_000, stop.signal);
    stop.abort();
    await paused;
    expect(jest.getTimerCount()).toBe(0);
  },
);
