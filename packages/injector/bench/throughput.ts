import { build } from 'esbuild';
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { writeCertificateFiles } from '../src/certs/certificate-files';
import { reviewOf, tikvPod } from '../test/tikv-pod';
import type { LoadRequest, LoadResult } from './load-generator';

export interface ThroughputOptions {
  /** How often each server is measured at each number of connections. Default 5. */
  readonly rounds?: number;
  /** The length of one measurement, in milliseconds. Default 2000. */
  readonly durationMs?: number;
  readonly connections?: readonly number[];
  /** Where packages/injector is. Default: the working directory, as in a script of that package. */
  readonly packageDirectory?: string;
  /** Told before each step, for a progress line. */
  readonly onProgress?: (step: string) => void;
}

/** Medians over the rounds at one number of connections. */
export interface ThroughputRow {
  readonly connections: number;
  readonly injector: LoadResult;
  readonly bare: LoadResult;
  /** Throughput of the injector by that of the bare server. */
  readonly ratio: number;
}

export interface ThroughputReport {
  readonly bodyBytes: number;
  readonly rounds: number;
  readonly rows: readonly ThroughputRow[];
}

/**
 * Measures the injector against a bare node:https server that parses and echoes the same review. The servers are
 * measured in turns, so that what else the machine does falls on both.
 */
export async function benchThroughput(options: ThroughputOptions = {}): Promise<ThroughputReport> {
  const { rounds = 5, durationMs = 2_000, connections = [1, 8, 64], onProgress = () => undefined } = options;
  const directory = await mkdtemp(join(tmpdir(), 'podlag-bench-'));
  const children: ChildProcess[] = [];
  try {
    onProgress('building');
    const bench = await prepare(directory, options.packageDirectory ?? process.cwd());
    const injector = await startServer(children, bench.injector, bench.env);
    const bare = await startServer(children, bench.bare, {});
    const measure = (port: number, count: number, ms: number): Promise<LoadResult> =>
      runLoad(bench.loadGenerator, { ...bench.load, port, connections: count, durationMs: ms });
    const rows: ThroughputRow[] = [];
    for (const count of connections) {
      const results: { injector: LoadResult[]; bare: LoadResult[] } = { injector: [], bare: [] };
      await measure(injector, count, durationMs / 2);
      await measure(bare, count, durationMs / 2);
      for (let round = 1; round <= rounds; round++) {
        onProgress(`${count} connections, round ${round} of ${rounds}`);
        results.injector.push(await measure(injector, count, durationMs));
        results.bare.push(await measure(bare, count, durationMs));
      }
      rows.push(rowOf(count, results));
    }
    return { bodyBytes: bench.bodyBytes, rounds, rows };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await rm(directory, { recursive: true });
  }
}

function rowOf(connections: number, results: { injector: LoadResult[]; bare: LoadResult[] }): ThroughputRow {
  const injector = medians(results.injector);
  const bare = medians(results.bare);
  return { connections, injector, bare, ratio: injector.requestsPerSecond / bare.requestsPerSecond };
}

function medians(results: readonly LoadResult[]): LoadResult {
  const median = (key: keyof LoadResult): number => {
    const sorted = results.map((result) => result[key]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return { requestsPerSecond: median('requestsPerSecond'), p50Ms: median('p50Ms'), p99Ms: median('p99Ms') };
}

/** A core for the servers, which are never measured at the same time, and another for the load. */
const canPin = availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0;

function pinned(core: number, program: readonly string[]): [string, string[]] {
  const whole = [process.execPath, ...program];
  const [command = '', ...args] = canPin ? ['taskset', '-c', String(core), ...whole] : whole;
  return [command, args];
}

interface Prepared {
  readonly injector: readonly string[];
  readonly bare: readonly string[];
  readonly loadGenerator: string;
  readonly env: Readonly<Record<string, string>>;
  readonly load: Pick<LoadRequest, 'caFile' | 'bodyFile'>;
  readonly bodyBytes: number;
}

async function prepare(directory: string, here: string): Promise<Prepared> {
  await build({
    entryPoints: {
      injector: join(here, 'src/main.ts'),
      bare: join(here, 'bench/bare-server.ts'),
      load: join(here, 'bench/load-generator.ts'),
    },
    bundle: true,
    platform: 'node',
    target: 'node24',
    outdir: directory,
    logLevel: 'warning',
  });
  const [caFile = '', certFile = '', keyFile = ''] = await writeCertificateFiles(directory, {
    hosts: ['localhost', '127.0.0.1'],
    lifeMs: 24 * 3_600_000,
    now: new Date(),
  });
  const body = JSON.stringify(reviewOf(tikvPod()));
  const bodyFile = join(directory, 'review.json');
  await writeFile(bodyFile, body);
  return {
    injector: [join(directory, 'injector.js')],
    bare: [join(directory, 'bare.js'), certFile, keyFile],
    loadGenerator: join(directory, 'load.js'),
    env: {
      PODLAG_LISTEN_HOST: '127.0.0.1',
      PODLAG_LISTEN_PORT: '0',
      PODLAG_METRICS_PORT: '0',
      PODLAG_CERT_FILE: certFile,
      PODLAG_KEY_FILE: keyFile,
      PODLAG_TEMPLATE_FILE: join(here, '../../deploy/base/sidecarconfig.yaml'),
    },
    load: { caFile, bodyFile },
    bodyBytes: Buffer.byteLength(body),
  };
}

/** Starts a server and tells the port that its first line of JSON with one names. Its log is read and thrown away. */
async function startServer(
  children: ChildProcess[],
  program: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(...pinned(0, program), { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), failure(child, program)])) as [string];
  lines.close();
  child.stdout.resume();
  return (JSON.parse(line) as { port: number }).port;
}

async function failure(child: ChildProcess, [program]: readonly string[]): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number];
  throw new Error(`${program ?? ''} ended with ${code} before it listened`);
}

async function runLoad(program: string, load: LoadRequest): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(...pinned(1, [program, JSON.stringify(load)]));
  return JSON.parse(stdout) as LoadResult;
}

/** For people: a table with one unit a column. */
export function throughputTable({ bodyBytes, rounds, rows }: ThroughputReport): string {
  const head = ['conns', 'injector 1/s', 'bare 1/s', 'ratio', 'p50 ms', 'bare p50', 'p99 ms', 'bare p99'];
  const lines = rows.map(({ connections, injector, bare, ratio }) => [
    String(connections),
    ...[injector.requestsPerSecond, bare.requestsPerSecond, ratio].map(threeDigits),
    ...[injector.p50Ms, bare.p50Ms, injector.p99Ms, bare.p99Ms].map(threeDigits),
  ]);
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const table = [head, ...lines].map((line) =>
    line.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '),
  );
  return [`reviews of ${bodyBytes} bytes over TLS, medians of ${rounds} rounds`, ...table, ''].join('\n');
}

function threeDigits(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value)));
  return value >= 1000 ? String(Math.round(value)) : value.toFixed(digits);
}
