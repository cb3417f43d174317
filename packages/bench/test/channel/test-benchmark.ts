import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Benchmark, ToolCommand } from '../../src/benchmark/benchmark';
import { readyPort } from '../../src/benchmark/ports';
import type { TaskRequest } from '../../src/channel/task';
import type { ProbeProgram } from '../../src/worker/task-command';

const testProgramFile = join(__dirname, 'test-program.mjs');

/** What runs the programs of test benchmarks: they stand where the built-in probes do. */
export const testProgram: ProbeProgram = [process.execPath, testProgramFile];

/** What a benchmark's program is to do, by test-program.mjs: `['say', 'hello']`. */
export interface TestBenchmark {
  readonly name?: string;
  readonly client?: readonly string[];
  readonly server?: readonly string[];
  readonly version?: readonly string[];
  /** On which its server is expected. */
  readonly port?: number;
}

/** A benchmark of a test program. */
export function testBenchmark(options: TestBenchmark = {}): Benchmark {
  const {
    name = 'test',
    client = ['say', 'hello'],
    server = ['wait'],
    version = ['say', '1.2.3'],
    port = 9,
  } = options;
  const command = (args: readonly string[]): ToolCommand => ({ program: { kind: 'probe' }, args });
  return {
    name,
    title: 'A test',
    ports: [readyPort(port)],
    metrics: [{ name: 'time', unit: 's', better: 'lower', meaning: 'none' }],
    ignores: [],
    version: command(version),
    readVersion: ({ stdout }) => stdout.trim(),
    server: () => command(server),
    client: () => command(client),
    read: () => ({ values: {} }),
  };
}

/** A task of it. */
export function testTask(changes: Partial<TaskRequest> = {}): TaskRequest {
  return {
    id: 'task-1',
    benchmark: 'test',
    parameters: { seconds: 1, warmUpSeconds: 0, streams: 1, size: undefined, rate: undefined },
    serverHost: '127.0.0.1',
    timeoutMs: 20_000,
    ...changes,
  };
}

/** A TCP port on which nobody listens just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a process of this id is alive; one that has ended and was not waited for is not. */
export async function isAlive(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

/** Resolves when the condition is true; the test's own time limits it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
