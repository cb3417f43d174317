import { predecessorResults } from './predecessor-results';
import { failedSample, manifestWith, runWith, sampleWith, workerRecord } from './testing';

test('a sample has the fields that the predecessor wrote, and no others', () => {
  expect(predecessorResults(runWith([{}]))).toStrictEqual({
    results: [
      {
        output: 'P50_LATENCY\n204\n',
        task: {
          command: 'netperf',
          args: ['-H', '10.0.0.2'],
          task_options: { timeout_seconds: 12 },
          status: 0,
          client: {
            ...{ worker: 'pw-0', ip: '10.0.0.1', idle: true },
            vm: { hostname: 'node-a', availability_zone: 'zone-1' },
          },
          server: {
            ...{ worker: 'pw-1', ip: '10.0.0.2', idle: true },
            vm: { hostname: 'node-b', availability_zone: 'zone-1' },
          },
        },
      },
    ],
  });
});

test('a tool that failed has its exit code and its own words', () => {
  const raw = { ...sampleWith().raw, stdout: '', stderr: 'cannot connect' };
  const run = runWith([{ status: 'tool_error', exitCode: 1, raw }]);
  expect(predecessorResults(run).results[0]).toMatchObject({ output: 'cannot connect', task: { status: 1 } });
});

test.each(['invalid', 'parse_error', 'tool_error'] as const)(
  'a sample that is %s is no success, though its tool ended with 0',
  (status) => {
    const [result] = predecessorResults(runWith([{ status, exitCode: 0 }])).results;
    expect(result?.task.status).toBe(-1);
  },
);

test('what there is no figure for is nearest to the truth: no exit code, no command, no address, no zone', () => {
  const lost = { ...workerRecord, addresses: [], zone: undefined, lost: 'its connection went' };
  const never = failedSample({ status: 'tool_error', argv: [], timeoutSeconds: undefined });
  const [result] = predecessorResults(runWith([never], { workers: [lost] })).results;
  expect(result?.task).toStrictEqual({
    ...{ command: '', args: [], task_options: { timeout_seconds: 0 }, status: -1 },
    client: { worker: 'pw-0', ip: '', vm: { hostname: 'node-a', availability_zone: '' }, idle: false },
    server: { worker: 'pw-1', ip: '', vm: { hostname: '', availability_zone: '' }, idle: true },
  });
});

test('every sample is there, those that failed and those of the interference check too, and JSON holds them', () => {
  const run = runWith([{}, { status: 'timeout' }, { purpose: 'alone', timeoutSeconds: 12.2 }]);
  const { results } = predecessorResults(run);
  expect(results.map(({ task }) => task.task_options.timeout_seconds)).toEqual([12, 12, 13]);
  expect(JSON.parse(JSON.stringify({ results }))).toEqual({ results });
  expect(manifestWith().workers).toHaveLength(2);
});
