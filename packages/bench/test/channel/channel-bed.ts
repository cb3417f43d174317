import { createLogger, systemClock } from '@podlag/core';
import type { Benchmark } from '../../src/benchmark/benchmark';
import type { ChannelTls } from '../../src/channel/channel-tls';
import { newRunCertificates, type RunCertificates } from '../../src/channel/run-certificates';
import { WorkerHub, type WorkerHubOptions } from '../../src/channel/worker-hub';
import { Worker, type WorkerOptions } from '../../src/worker/worker';
import { afterTest } from './after-test';
import { testBenchmark, testProgram } from './test-benchmark';

/** A hub that listens on loopback, with certificates of its own. */
export interface ChannelBed {
  readonly hub: WorkerHub;
  readonly certificates: RunCertificates;
  /** `host:port`. */
  readonly address: string;
}

/** A worker in this process. */
export interface StartedWorker {
  readonly stop: () => void;
  /** When its `run` has ended, or with what it has rejected. */
  readonly ended: Promise<void>;
}

/** A hub for these workers. It is closed after the test. */
export async function newBed(
  workers: readonly string[] = ['a', 'b'],
  options: Partial<WorkerHubOptions> = {},
): Promise<ChannelBed> {
  const certificates = newCertificates(workers);
  const tls = { ca: certificates.ca, ...certificates.orchestrator };
  const hub = new WorkerHub({
    tls,
    expected: workers,
    run: 'test-run',
    clock: systemClock,
    heartbeatMs: 200,
    ...options,
  });
  const port = await hub.listen(0, '127.0.0.1');
  afterTest(() => hub.close());
  return { hub, certificates, address: `127.0.0.1:${port}` };
}

/** For a hub on loopback. */
export function newCertificates(workers: readonly string[], now = new Date()): RunCertificates {
  return newRunCertificates({ orchestrator: ['127.0.0.1'], workers, lifeMs: 3_600_000, now });
}

/** What a worker of this name shows and trusts. */
export function tlsOf({ ca, workers }: RunCertificates, name: string): ChannelTls {
  return { ca, ...workers[name]! };
}

/** Starts a worker of this name. It is stopped after the test. */
export function startWorker(
  bed: ChannelBed,
  name: string,
  benchmarks: readonly Benchmark[] = [testBenchmark()],
  options: Partial<WorkerOptions> = {},
): StartedWorker {
  const stop = new AbortController();
  const worker = new Worker({
    ...{ name, node: `node-of-${name}`, network: 'pod', addresses: ['127.0.0.1'], benchmarks },
    ...{ orchestrator: bed.address, tls: tlsOf(bed.certificates, name), probeProgram: testProgram },
    ...{ path: '/usr/bin:/bin', clock: systemClock, log: createLogger('test', 'silent') },
    ...options,
  });
  const ended = worker.run(stop.signal);
  ended.catch(() => undefined);
  afterTest(async () => {
    stop.abort();
    await ended.catch(() => undefined);
  });
  return { stop: () => stop.abort(), ended };
}
