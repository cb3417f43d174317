import { judge, probeLimits, workerLimits } from './self-check-limits';

describe('judge', () => {
  test.each([
    ['a punctual measurer that nothing stopped is believed', 0.001, { periods: 100, throttled: 0 }],
    ['so is one that is in no cgroup with a limit', 0.001, undefined],
    ['so is one that was stopped once in twenty periods', 0.001, { periods: 100, throttled: 5 }],
    ['so is one that is late by just the limit', workerLimits.eventLoopDelay, undefined],
  ])('%s', (_, eventLoopDelay, scheduling) => {
    expect(judge({ eventLoopDelay, ...(scheduling && { scheduling }) }).reasons).toEqual([]);
  });

  test('one whose event loop was late is not', () => {
    expect(judge({ eventLoopDelay: 0.12 }).reasons).toEqual([
      'the event loop was late by 120 ms (99th percentile; at most 50 ms): too little CPU',
    ]);
  });

  test('a probe may be late by less than a worker, for it is the one that measures', () => {
    expect(judge({ eventLoopDelay: 0.03 }, probeLimits).reasons).toHaveLength(1);
    expect(judge({ eventLoopDelay: 0.03 }, workerLimits).reasons).toEqual([]);
  });

  test('one that its CPU limit stopped is not, and the count is told', () => {
    expect(judge({ eventLoopDelay: 0, scheduling: { periods: 100, throttled: 40 } })).toEqual({
      eventLoopDelay: 0,
      throttled: 40,
      reasons: ['the CPU limit stopped it in 40 of 100 periods: raise or remove the limit'],
    });
  });

  test('where nothing is counted nothing is told', () => {
    expect(judge({ eventLoopDelay: 0 })).not.toHaveProperty('throttled');
  });
});
