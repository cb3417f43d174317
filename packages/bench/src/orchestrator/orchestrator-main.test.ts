import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLogger, systemClock } from '@podlag/core';
import { call, startTestAgent, type TestAgent } from '@podlag/agent/testing';
import { benchmarks } from '../benchmark/benchmarks';
import { newRunCertificates, type RunCertificates } from '../channel/run-certificates';
import { readRun, samplesFile } from '../record/run';
import { Worker } from '../worker/worker';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

jest.setTimeout(120_000);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const program = join(tmpdir(), `podlag-bench-test-${process.pid}`, 'main.js');

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, '..', 'main.ts')],
    ...{ bundle: true, platform: 'node', target: 'node24', outfile: program, logLevel: 'error' },
    loader: { '.proto': 'text' },
  });
});

afterAll(() => rm(join(program, '..'), { recursive: true }));

const run = 'main-20261121-120000-ab12';
const names = ['a', 'b'];
const token = 'a-long-token';
const headers = { 'Podlag-Authorization': `Bearer ${token}` };
const scenario = `
name: main
benchmarks: [{ benchmark: probe-tcp-rr, duration: 1s, warmUp: 0s }]
conditions: [{ name: slow, faults: [{ name: late, delay: { time: 20ms } }] }]
repeats: 4
coolDown: 0s
interference: false
`;

interface Bed {
  readonly results: string;
  readonly agents: readonly TestAgent[];
  /** A process of the program, and the port at which it answers. */
  readonly start: (
    env?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly child: ChildProcess; readonly base: string }>;
}

async function bed(text = scenario, present: readonly string[] = names): Promise<Bed> {
  const folder = await mkdtemp(join(tmpdir(), 'podlag-bench-main-'));
  const agents = await Promise.all(names.map(() => startTestAgent()));
  for (const { agent } of agents) closers.push(() => agent.close());
  const certificates = newRunCertificates({
    ...{ orchestrator: ['127.0.0.1'], workers: names, lifeMs: 3_600_000, now: new Date() },
  });
  const channelPort = await freePort();
  await writeFiles(folder, { text, certificates, agents });
  for (const name of present) startWorker(name, certificates, channelPort);
  return { results: join(folder, 'results'), agents, start: (env = {}) => start(folder, channelPort, env) };
}

interface BedFiles {
  readonly text: string;
  readonly certificates: RunCertificates;
  readonly agents: readonly TestAgent[];
}

async function writeFiles(folder: string, { text, certificates, agents }: BedFiles): Promise<void> {
  const workers = names.map((name, index) => ({
    ...{ name, node: `node-${name}`, network: 'pod' },
    agent: { host: '127.0.0.1', port: agents[index]!.agent.port },
  }));
  const { cert, key } = certificates.orchestrator;
  await mkdir(join(folder, 'results'));
  const files = { 'scenario.yaml': text, 'workers.json': JSON.stringify(workers), token: `${token}\n` };
  const tls = { 'ca.crt': certificates.ca, 'tls.crt': cert, 'tls.key': key };
  for (const [name, content] of Object.entries({ ...files, ...tls }))
    await writeFile(join(folder, name), content);
}

function startWorker(name: string, certificates: RunCertificates, channelPort: number): void {
  const end = new AbortController();
  const running = new Worker({
    ...{ name, node: `node-${name}`, network: 'pod', addresses: ['127.0.0.1'] },
    tls: { ca: certificates.ca, ...certificates.workers[name]! },
    orchestrator: `127.0.0.1:${channelPort}`,
    benchmarks: benchmarks.filter((benchmark) => benchmark.name.startsWith('probe-')),
    ...{ probeProgram: [process.execPath, program, 'probe'], path: '', clock: systemClock },
    log: createLogger('test', 'silent'),
  }).run(end.signal);
  closers.push(async () => {
    end.abort();
    await running;
  });
}

async function start(
  folder: string,
  channelPort: number,
  env: Readonly<Record<string, string>>,
): ReturnType<Bed['start']> {
  const child = spawn(process.execPath, [program, 'orchestrator'], {
    env: {
      ...{ PODLAG_RUN: run, PODLAG_RESULTS: join(folder, 'results'), PODLAG_TLS_FOLDER: folder },
      ...{ PODLAG_SCENARIO: join(folder, 'scenario.yaml'), PODLAG_WORKERS: join(folder, 'workers.json') },
      ...{ PODLAG_CHANNEL_PORT: String(channelPort), PODLAG_HTTP_PORT: '0', PODLAG_HTTP_HOST: '127.0.0.1' },
      ...{ PODLAG_HTTP_TOKEN_FILE: join(folder, 'token'), ...env },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { httpPort } = JSON.parse(line) as { httpPort: number };
  return { child, base: `http://127.0.0.1:${httpPort}` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function plansAt({ agents }: Bed): Promise<readonly number[]> {
  return Promise.all(agents.map(async (agent) => (await agent.call('/v1/plans/bench')).status!));
}

test('killed in mid-run and started again, it goes on, repeats nothing, and leaves no fault', async () => {
  const made = await bed();
  const file = join(made.results, run, samplesFile);
  const lines = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  const first = await made.start();
  await until(async () => (await lines()).length >= 3);
  // While faults are in force, so that there is something to clear.
  await until(async () => (await plansAt(made)).includes(200));
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const before = await lines();

  const second = await made.start();
  // It says so a moment before the manifest does.
  await until(async () => (await readRun(join(made.results, run))).manifest.phase === 'finished');
  const { manifest, samples } = await readRun(join(made.results, run));
  expect(manifest).toMatchObject({ phase: 'finished', planned: 8, samples: 8 });
  expect((await lines()).slice(0, before.length)).toEqual(before);
  expect(new Set(samples.map(({ trial }) => trial)).size).toBe(8);
  expect(await plansAt(made)).toEqual([404, 404]);

  expect(await call(`${second.base}/v1/fetched`, { method: 'POST', headers })).toMatchObject({ status: 200 });
  expect(await once(second.child, 'exit')).toEqual([0, null]);
});

test('on SIGTERM the run is aborted, its faults are cleared, and the process ends with 0', async () => {
  const made = await bed(scenario.replace('repeats: 4', 'repeats: 100'));
  const { child } = await made.start();
  await until(async () => (await plansAt(made)).includes(200));
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  const { manifest } = await readRun(join(made.results, run));
  expect(manifest).toMatchObject({
    phase: 'aborted',
    problem: { code: 'run-aborted', detail: 'stopped: SIGTERM' },
  });
  expect(await plansAt(made)).toEqual([404, 404]);
});

test('workers have as long to come as it is set', async () => {
  const made = await bed(scenario, []);
  await made.start({ PODLAG_WORKERS_WITHIN: '100ms' });
  await until(async () => (await readRun(join(made.results, run))).manifest.phase === 'failed');
  const { manifest } = await readRun(join(made.results, run));
  expect(manifest.problem).toMatchObject({ code: 'worker-lost' });
});

test('it plans by the seed that its launcher has drawn, and so does one that takes its place', async () => {
  const made = await bed(scenario, []);
  await made.start({ PODLAG_SEED: '12' });
  expect((await readRun(join(made.results, run))).manifest.seed).toBe(12);
});
