import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiContainer, ApiPod, ApiProbe } from './pod-object';
import type { Observation } from './pod-status';
import { backOffMs, comesBack, RunningContainer } from './running-container';
import { containerWith, podWith } from './testing';

let folder = '';
let server: Server;
let status = 200;
let container: RunningContainer | undefined;
let changed = (): void => undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-container-'));
  status = 200;
  server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await container?.terminate(0);
  container = undefined;
  server.close();
  await rm(folder, { recursive: true });
});

const probe = (): ApiProbe => ({
  ...{ periodSeconds: 0.01, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 1 },
  httpGet: { port: (server.address() as AddressInfo).port },
});

/** A container of a shell's text, beside the server that its probes ask. */
function run(
  script: string,
  fields: Partial<ApiContainer> = {},
  pod: Partial<ApiPod['spec']> = {},
): RunningContainer {
  const spec = containerWith(fields);
  container = new RunningContainer({
    pod: podWith({ containers: [spec], ...pod }),
    container: spec,
    podIp: '127.0.0.1',
    logFile: join(folder, 'log'),
    prepare: () =>
      Promise.resolve({
        name: 'main',
        argv: ['sh', '-c', script],
        env: { PATH: '/usr/bin:/bin' },
        logFile: join(folder, 'log'),
      }),
    changed: () => changed(),
  });
  container.start();
  return container;
}

const forever = 'echo up; exec sleep 1000';

/** Waits for a change after which the container is as it should be. */
function seen(running: RunningContainer, fits: (observation: Observation) => boolean): Promise<Observation> {
  return new Promise((resolve) => {
    changed = () => {
      if (fits(running.observation)) resolve(running.observation);
    };
    changed();
  });
}

describe('a container', () => {
  it('that has ended is started again, and tells how it ended', async () => {
    const { last } = await seen(run('exit 3'), ({ restarts }) => restarts === 1);
    expect(last).toMatchObject({ exitCode: 3 });
  });

  it('that was killed has the exit code of the signal', async () => {
    const { last } = await seen(run('kill -9 $$'), ({ restarts }) => restarts === 1);
    expect(last).toMatchObject({ exitCode: 137, signal: 9 });
  });

  it('that does its work once is finished when it has', async () => {
    const running = run('echo done', {}, { restartPolicy: 'Never' });
    await running.finished;
    expect(running.observation.state).toMatchObject({ kind: 'terminated', ending: { exitCode: 0 } });
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('done\n');
  });

  it('without probes is ready when it runs', async () => {
    const { started, ready } = await seen(run(forever), ({ state }) => state.kind === 'running');
    expect({ started, ready }).toEqual({ started: false, ready: false });
    expect(await seen(container!, (observation) => observation.ready)).toMatchObject({ started: true });
  });

  it('is ready only as long as its readiness probe passes', async () => {
    status = 503;
    const running = run(forever, { readinessProbe: probe() });
    expect(await seen(running, ({ started }) => started)).toMatchObject({ ready: false });
    status = 200;
    await seen(running, ({ ready }) => ready);
    status = 503;
    expect(await seen(running, ({ ready }) => !ready)).toMatchObject({ restarts: 0 });
  });

  it('is not started before its startup probe passes', async () => {
    status = 503;
    const running = run(forever, { startupProbe: { ...probe(), failureThreshold: 1000 } });
    expect(await seen(running, ({ state }) => state.kind === 'running')).toMatchObject({ started: false });
    status = 200;
    await running.started;
    expect(running.observation).toMatchObject({ started: true, ready: true });
  });

  it.each(['startupProbe', 'livenessProbe'] as const)('is started anew when its %s fails', async (kind) => {
    status = 503;
    const { last } = await seen(run(forever, { [kind]: probe() }), ({ restarts }) => restarts === 1);
    expect(last).toMatchObject({ signal: 15 });
  });

  it('that does not hear SIGTERM is killed after the grace, and does not come back', async () => {
    const running = run('trap "" TERM; echo up; while :; do sleep 1; done');
    await seen(running, ({ ready }) => ready);
    const { pid } = running.process;
    while (!(await readFile(join(folder, 'log'), 'utf8')).includes('up'));
    await running.terminate(50);
    expect(running.observation.state).toMatchObject({ kind: 'terminated', ending: { exitCode: 137 } });
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
  });
});

const main = containerWith();
const init = containerWith({ name: 'init' });
const sidecar = containerWith({ name: 'podlag-agent', restartPolicy: 'Always' });
test.each([
  ['Always', main, 0, true],
  ['OnFailure', main, 0, false],
  ['OnFailure', main, 1, true],
  ['Never', main, 1, false],
  ['Always', init, 0, false],
  ['Always', init, 1, true],
  ['Never', init, 1, false],
  ['Never', sidecar, 0, true],
] as const)(
  'in a pod of restartPolicy %s, %j that ended with %i comes back: %s',
  (restartPolicy, spec, code, back) => {
    const pod = podWith({ restartPolicy, containers: [main], initContainers: [init, sidecar] });
    expect(comesBack({ pod, container: spec }, code)).toBe(back);
  },
);

test('a container that ends comes back at once the first time, then ever later, within limits', () => {
  expect([0, 1, 2, 3, 10].map(backOffMs)).toEqual([0, 500, 1000, 2000, 10_000]);
});
