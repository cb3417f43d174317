import { benchErrors } from '../bench-errors';
import type { Benchmark, Parameters, Reading } from '../benchmark/benchmark';
import type { TaskOutcome } from '../channel/task';
import { scriptedBenchmarks } from './testing/scripted-benchmark';
import { verdictOf } from './verdict';

const [template] = scriptedBenchmarks(1);
const parameters: Parameters = { seconds: 1, warmUpSeconds: 0, streams: 1, size: undefined, rate: undefined };

/** SHA-256 of the empty text, which is what these write. */
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function outcome(overrides: Partial<TaskOutcome> = {}): TaskOutcome {
  return {
    ...{ task: 't', status: 'exit', detail: '', argv: ['tool'], exitCode: 0, stdout: '', stderr: '' },
    ...{ stdoutSha256: emptySha256, truncated: false, startedMs: 0, endedMs: 1, selfCheck: undefined },
    ...overrides,
  };
}

function reading(of: Reading): Benchmark {
  return { ...template!, read: () => of };
}

const good = reading({ values: { seconds: 0.002 } });

test('a tool that ends well, and is understood, is a sample with its figures', () => {
  expect(verdictOf(outcome(), good, parameters)).toEqual({ status: 'ok', values: { seconds: 0.002 } });
});

test.each<[string, Partial<TaskOutcome>, string, string]>([
  ['a tool that did not end in time', { status: 'timeout' }, 'timeout', 'tool-timeout'],
  ['a tool that is not there', { status: 'could_not_start' }, 'tool_error', 'tool-missing'],
  ['parameters that it cannot have', { status: 'refused' }, 'tool_error', 'tool-failed'],
  ['an exit code', { exitCode: 1 }, 'tool_error', 'tool-failed'],
  ['a signal', { exitCode: undefined }, 'tool_error', 'tool-failed'],
  [
    'an output that was cut, though it reads well',
    { truncated: true, stdoutSha256: 'ab'.repeat(32) },
    'parse_error',
    'unreadable-output',
  ],
])('%s is no figure', (_, overrides, status, code) => {
  const verdict = verdictOf(outcome(overrides), good, parameters);
  expect(verdict).toMatchObject({ status, problem: { code, hint: expect.any(String) } });
  expect(verdict).not.toHaveProperty('values');
});

test('a cut stderr takes nothing from what was measured', () => {
  expect(verdictOf(outcome({ truncated: true }), good, parameters).status).toBe('ok');
});

test.each([
  ['missing', {}],
  ['NaN', { seconds: NaN }],
  ['infinite', { seconds: Infinity }],
  ['negative', { seconds: -1 }],
])('a figure that is %s is a parse error', (_, values: Record<string, number>) => {
  const verdict = verdictOf(outcome(), reading({ values }), parameters);
  expect(verdict).toMatchObject({ status: 'parse_error', problem: { code: 'unreadable-output' } });
  expect(verdict).not.toHaveProperty('values');
});

test('what the parser refuses is a parse error in its words', () => {
  const read = (): never => {
    throw benchErrors.error('unreadable-output', 'there is no end');
  };
  expect(verdictOf(outcome(), { ...good, read }, parameters)).toMatchObject({
    status: 'parse_error',
    problem: { code: 'unreadable-output', detail: 'there is no end' },
  });
});

test('what the measurer itself does not believe is invalid, with the reasons', () => {
  const selfCheck = { eventLoopDelay: 0.2, reasons: ['the event loop was 200 ms late'] };
  expect(verdictOf(outcome({ selfCheck }), good, parameters)).toEqual({
    ...{ status: 'invalid', values: { seconds: 0.002 }, selfCheck },
    problem: {
      ...{ code: 'invalid-measurement', detail: 'the event loop was 200 ms late' },
      hint: expect.any(String),
    },
  });
});

test.each([
  [100, 'ok'],
  [95, 'ok'],
  [94, 'invalid'],
])('of 100 a second that were asked for, %d make it %s', (reachedRate, status) => {
  const benchmark = reading({ values: { seconds: 0.002 }, reachedRate });
  const verdict = verdictOf(outcome(), benchmark, { ...parameters, rate: 100 });
  expect(verdict).toMatchObject({ status, selfCheck: { reachedRate: reachedRate / 100 } });
});

test('a tool that ends well and says that it could not measure is a tool error', () => {
  const benchmark: Benchmark = {
    ...template!,
    read: () => {
      throw benchErrors.error('tool-failed', '12 of 100 requests failed');
    },
  };
  expect(verdictOf(outcome(), benchmark, parameters)).toMatchObject({
    status: 'tool_error',
    problem: { code: 'tool-failed', detail: '12 of 100 requests failed' },
  });
});

test('what a tool says of why it ended badly is taken from where it says it', () => {
  const benchmark: Benchmark = { ...good, complaint: () => 'the server is busy' };
  const { problem } = verdictOf(outcome({ exitCode: 1, stdout: '}' }), benchmark, parameters);
  expect(problem?.detail).toBe('exit code 1: the server is busy');
});

test('a sample that the probe does not believe is invalid, whatever the worker says', () => {
  const ofProbe = { eventLoopDelay: 0.06, reasons: ['late by 60 ms'] };
  const verdict = verdictOf(
    outcome({ selfCheck: { eventLoopDelay: 0.001, throttled: 0, reasons: [] } }),
    reading({ values: { seconds: 0.002 }, selfCheck: ofProbe }),
    parameters,
  );
  expect(verdict).toMatchObject({
    status: 'invalid',
    selfCheck: { eventLoopDelay: 0.06, throttled: 0, reasons: ['late by 60 ms'] },
  });
});
