import { createLogger, systemClock } from '@podlag/core';
import { Worker, type WorkerOptions } from '../../src/worker/worker';
import { testBenchmark, type TestBenchmark } from './test-benchmark';

/** What a worker in a process of its own is told, as JSON in its one argument. */
export type WorkerProcessOptions = Pick<WorkerOptions, 'name' | 'orchestrator' | 'tls' | 'probeProgram'> & {
  readonly benchmark: TestBenchmark;
};

const { benchmark, ...options } = JSON.parse(process.argv[2] ?? '') as WorkerProcessOptions;
const worker = new Worker({
  ...options,
  ...{ node: 'n', network: 'pod', addresses: ['127.0.0.1'], path: '/usr/bin:/bin', clock: systemClock },
  ...{ benchmarks: [testBenchmark(benchmark)], log: createLogger('worker', 'silent') },
});
void worker.run(new AbortController().signal);
