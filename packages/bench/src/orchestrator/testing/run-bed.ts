import { createLogger, Duration, systemClock } from '@podlag/core';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunCertificates, type RunCertificates } from '../../channel/run-certificates';
import { WorkerHub } from '../../channel/worker-hub';
import { RunFolder } from '../../record/run-folder';
import type { BenchScenario } from '../../scenario/bench-scenario';
import { parseScenario } from '../../scenario/scenario-document';
import { Worker } from '../../worker/worker';
import type { ExpectedWorker } from '../expected-worker';
import type { FaultSetter } from '../fault-setter';
import { Orchestrator } from '../orchestrator';
import type { OrchestratorParts } from '../orchestrator-parts';
import { newManifest } from '../run-manifest';
import { scriptedBenchmarks, scriptedProgram } from './scripted-benchmark';

/** A worker in this process, which can be ended and begun again. */
export interface BedWorker {
  readonly expected: ExpectedWorker;
  start(): void;
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/** What differs from one bed to the next. */
export interface BedOptions {
  readonly scenario?: Readonly<Record<string, unknown>>;
  /** Names, each on a node of its own; those that do not start are waited for in vain. Default a and b. */
  readonly workers?: readonly string[];
  readonly absent?: readonly string[];
  readonly expected?: (worker: ExpectedWorker) => ExpectedWorker;
  readonly faults?: FaultSetter;
  readonly orchestrator?: Partial<OrchestratorParts>;
}

/** A run with a real channel, real workers and scripted tools. */
export interface RunBed {
  readonly orchestrator: Orchestrator;
  readonly folder: RunFolder;
  readonly scenario: BenchScenario;
  readonly workers: Readonly<Record<string, BedWorker>>;
  readonly hub: WorkerHub;
  /** A file that is there as soon as a tool of the benchmark `slow` runs. */
  readonly slowStarted: string;
  /** Another orchestrator on the same folder, as after a restart. */
  readonly again: (folder: RunFolder) => Orchestrator;
  close(): Promise<void>;
}

const asItIs = (worker: ExpectedWorker): ExpectedWorker => worker;

export const bedRun = 'bed-20261121-120000-ab12';

const quick = { benchmarks: ['steady'], repeats: 2, coolDown: '0s', interference: false, seed: 7 };

/** A setter for runs without conditions. */
const noFaults: FaultSetter = {
  set: () => Promise.resolve(),
  assertInForce: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};

export async function runBed(options: BedOptions = {}): Promise<RunBed> {
  const { workers: names = ['a', 'b'], absent = [], expected: adapted = asItIs } = options;
  const ports = await freePorts(names.length);
  const tables = ports.map((port) => scriptedBenchmarks(port));
  const [benchmarks = []] = tables;
  const scenario = parseScenario({ name: 'bed', ...quick, ...options.scenario }, '', benchmarks);
  const security = { orchestrator: ['127.0.0.1'], workers: names, lifeMs: 3_600_000, now: new Date() };
  const certificates = newRunCertificates(security);
  const tls = { ca: certificates.ca, ...certificates.orchestrator };
  const hub = new WorkerHub({ tls, expected: names, run: bedRun, clock: systemClock, heartbeatMs: 200 });
  const address = `127.0.0.1:${await hub.listen(0, '127.0.0.1')}`;
  const results = await mkdtemp(join(tmpdir(), 'podlag-bench-'));
  const slowStarted = join(results, 'slow-started');
  const workers = names.map((name, index) =>
    bedWorker(adapted(site(name)), { address, certificates, slowStarted, benchmarks: tables[index] ?? [] }),
  );
  for (const worker of workers) if (!absent.includes(worker.expected.name)) worker.start();
  const folder = await newFolder(results, scenario, benchmarks);
  const again = (its: RunFolder): Orchestrator =>
    new Orchestrator({
      ...{ scenario, run: bedRun, hub, benchmarks, folder: its, clock: systemClock },
      workers: workers.map(({ expected }) => expected),
      faults: options.faults ?? noFaults,
      log: createLogger('test', 'silent'),
      linger: Duration.parse('1m'),
      ...options.orchestrator,
    });
  return {
    ...{ orchestrator: again(folder), folder, scenario, hub, slowStarted, again },
    workers: Object.fromEntries(workers.map((worker) => [worker.expected.name, worker])),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await hub.close();
    },
  };
}

function site(name: string): ExpectedWorker {
  return { name, node: `node-${name}`, zone: undefined, network: 'pod' };
}

async function newFolder(
  results: string,
  scenario: BenchScenario,
  benchmarks: ReturnType<typeof scriptedBenchmarks>,
): Promise<RunFolder> {
  const seed = scenario.seed ?? 1;
  return RunFolder.create(
    results,
    newManifest({ run: bedRun, scenario, benchmarks, seed, startedMs: Date.now() }),
  );
}

interface WorkerMeans {
  readonly address: string;
  readonly certificates: RunCertificates;
  readonly slowStarted: string;
  readonly benchmarks: ReturnType<typeof scriptedBenchmarks>;
}

function bedWorker(
  expected: ExpectedWorker,
  { address, certificates, slowStarted, benchmarks }: WorkerMeans,
): BedWorker {
  const { name, node, network } = expected;
  let end = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const pair = certificates.workers[name] ?? { cert: '', key: '' };
  return {
    expected,
    start: () => {
      end = new AbortController();
      running = new Worker({
        ...{ name, node, network, benchmarks, orchestrator: address, addresses: ['127.0.0.1'] },
        tls: { ca: certificates.ca, ...pair },
        ...{ probeProgram: scriptedProgram(slowStarted), path: '/usr/bin', clock: systemClock },
        log: createLogger('test', 'silent'),
      }).run(end.signal);
    },
    stop: async () => {
      end.abort();
      await running;
    },
  };
}

/** All open at once, so that no two are equal. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
