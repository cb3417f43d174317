import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { mainCertificates } from '../src/channel/certificates-main';
import { readChannelTls, type ChannelTls } from '../src/channel/channel-tls';
import type { Sample } from '../src/record/sample';
import { BenchInLab, type LabEnd } from './lab/bench-in-lab';
import { nodesWith } from './lab/processes';

// A minute on a machine that does nothing else; ten times that.
jest.setTimeout(600_000);

/** Two pairs at once: worker-1 with worker-3, worker-2 with worker-4. */
const pairs = {
  ...{ name: 'breaks', placements: ['same-node'], interference: false, coolDown: '0s', budget: '10m' },
  benchmarks: [{ name: 'round-trip', benchmark: 'netperf-tcp-rr', duration: '1s', warmUp: '0s' }],
  repeats: 8,
};
const channelPort = 8443;

async function kill(variable: string, value?: string): Promise<void> {
  const pids = await nodesWith(variable, value);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

/** What a server has to say first to whoever shows it that certificate: HTTP/2 settings, or why not. */
async function firstAnswer({ cert, key }: ChannelTls): Promise<string> {
  const socket: TLSSocket = connect({
    ...{ host: '127.0.0.1', port: channelPort, cert, key },
    ...{ rejectUnauthorized: false, ALPNProtocols: ['h2'] },
  });
  try {
    const refused = once(socket, 'close').then(() => 'closed');
    return await Promise.race([once(socket, 'data').then(() => 'served'), refused]);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

async function strangersTls(): Promise<ChannelTls> {
  const folder = await mkdtemp(join(tmpdir(), 'podlag-bench-stranger-'));
  try {
    await mainCertificates(['--folder', folder, '--host', 'x', '--worker', 'worker-1'], new Date());
    return await readChannelTls(join(folder, 'workers', 'worker-1'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function ownTls(run: string): Promise<ChannelTls> {
  const [folder] = globSync(`/dev/shm/podlag-*/${run}/tls/workers/worker-1`);
  return readChannelTls(folder ?? '');
}

function netns(): readonly string[] {
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.startsWith('podlag-'));
}

describe('a run whose orchestrator and one of whose workers are killed', () => {
  let end: LabEnd;
  let answers: readonly string[];

  beforeAll(async () => {
    const lab = await BenchInLab.start([pairs], 4);
    const run = await lab.measured(2);
    answers = [await firstAnswer(await ownTls(run)), await firstAnswer(await strangersTls())];
    await kill('PODLAG_RUN', run);
    await lab.measured(6);
    await kill('PODLAG_WORKER', 'worker-4');
    end = await lab.ended();
  });

  test('goes on to its end', () => {
    expect(end.said).toMatch(/the orchestrator was killed; another one goes on/);
    expect(end).toMatchObject({ code: 0, runs: [{ manifest: { phase: 'finished', samples: 16 } }] });
  });

  test('measures nothing twice', () => {
    const trials = samplesOf(end).map(({ trial }) => trial);
    expect(new Set(trials).size).toBe(16);
  });

  test('has a typed failure for each trial of the worker that is lost, and figures of the others', () => {
    const [of4, others] = partition(samplesOf(end), ({ client, server }) =>
      [client, server].includes('worker-4'),
    );
    expect(others.filter(({ values }) => values === undefined)).toEqual([]);
    const lost = of4.filter(({ status }) => status !== 'ok' && status !== 'invalid');
    expect(lost.length).toBeGreaterThanOrEqual(3);
    expect(lost.map(({ status, values }) => [status, values])).toEqual(
      lost.map(() => ['tool_error', undefined]),
    );
    // Of the trial in which it is killed the other end's tool may say first that its peer is gone.
    expect(
      lost
        .slice(0, 1)
        .map(({ problem }) => problem?.code)
        .join(),
    ).toMatch(/^(worker-lost|tool-failed)$/);
    for (const { problem } of lost.slice(1)) expect(problem).toMatchObject({ code: 'worker-lost' });
  });

  test('serves nobody whose certificate another authority has signed', () => {
    expect(answers[0]).toBe('served');
    expect(answers[1]).toMatch(/closed|ALERT|ECONNRESET/);
  });

  test('leaves nothing', async () => {
    expect(await nodesWith('PODLAG_WORKER')).toEqual([]);
    expect(netns()).toEqual([]);
  });
});

test('Ctrl-C ends a run: what was measured is kept, everything else is gone, and it says so', async () => {
  const lab = await BenchInLab.start([pairs], 4);
  await lab.measured(2);
  lab.interrupt();
  const { code, said, runs } = await lab.ended();
  expect(code).toBe(130);
  expect(said).toMatch(/\d of 16 are measured, and kept in the folder of breaks-/);
  expect(said).toMatch(/Everything is cleaned up/);
  expect(runs).toMatchObject([{ manifest: { phase: 'aborted' } }]);
  expect(runs[0]?.samples.length).toBeGreaterThanOrEqual(2);
  for (const variable of ['PODLAG_WORKER', 'PODLAG_RUN', 'PODLAG_LISTEN_PORT']) {
    await untilNone(variable);
  }
  expect(netns()).toEqual([]);
});

/** A killed process is there until it has been waited for. */
async function untilNone(variable: string): Promise<void> {
  for (let tries = 0; tries < 50 && (await nodesWith(variable)).length > 0; tries += 1) await pause(100);
  expect(await nodesWith(variable)).toEqual([]);
}

function samplesOf({ runs }: LabEnd): readonly Sample[] {
  return runs[0]?.samples ?? [];
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
