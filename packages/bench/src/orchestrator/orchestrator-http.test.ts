import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createLogger } from '@podlag/core';
import { call } from '@podlag/agent/testing';
import { parseSampleLine } from '../record/sample-lines';
import { listen, orchestratorHttp } from './orchestrator-http';
import { bedRun, runBed, type BedOptions, type RunBed } from './testing/run-bed';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

jest.setTimeout(60_000);

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const token = 'a-long-token';
const headers = { 'Podlag-Authorization': `Bearer ${token}` };

interface Served extends RunBed {
  readonly base: string;
  /** The text, whatever it says that it is. */
  readonly linesOf: (path: string) => Promise<string>;
  readonly ask: (path: string, options?: Parameters<typeof call>[1]) => ReturnType<typeof call>;
}

async function served(options: BedOptions = {}): Promise<Served> {
  const bed = await runBed(options);
  closers.push(() => bed.close());
  const server = orchestratorHttp({
    ...{ orchestrator: bed.orchestrator, token, log: createLogger('test', 'silent') },
  });
  const port = await listen(server, 0, '127.0.0.1');
  closers.push(() => void server.close());
  const base = `http://127.0.0.1:${port}`;
  return {
    ...{ ...bed, base },
    ask: (path, init) => call(`${base}${path}`, { headers, ...init }),
    linesOf: async (path) => (await fetch(`${base}${path}`, { headers })).text(),
  };
}

test.each(['/v1/status', '/v1/manifest', '/v1/samples', '/v1/abort', '/v1/fetched', '/nothing'])(
  '%s is for those who have the token',
  async (path) => {
    const { ask } = await served({ absent: ['a', 'b'] });
    const others: Record<string, string>[] = [
      {},
      { 'Podlag-Authorization': 'Bearer another' },
      { Authorization: `Bearer ${token}` },
    ];
    for (const given of others) {
      expect(await ask(path, { headers: given, method: 'POST' })).toMatchObject({
        status: 401,
        headers: { 'content-type': 'application/problem+json' },
        body: { code: 'invalid-token' },
      });
    }
  },
);

test('who is alive, ready and measured is told to everybody', async () => {
  const { ask, orchestrator } = await served();
  expect(await ask('/healthz', { headers: {} })).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await ask('/readyz', { headers: {} })).toMatchObject({ status: 200 });
  expect(await ask('/metrics', { headers: {} })).toMatchObject({
    ...{ status: 503, body: { code: 'not-read-yet', hint: 'Ask again in a second.' } },
  });
  await orchestrator.run();
  expect(await ask('/readyz', { headers: {} })).toMatchObject({ status: 503, body: { code: 'not-ready' } });
  const { body } = await ask('/metrics', { headers: {} });
  expect(body).toContain('podlag_bench_trials{state="done"} 2');
});

test('samples come from any place on, as lines that a reader takes', async () => {
  const { ask, linesOf, orchestrator } = await served({ scenario: { repeats: 4 } });
  await orchestrator.run();
  const seqs = async (query: string): Promise<readonly number[]> => {
    const lines = (await linesOf(`/v1/samples${query}`)).split('\n').filter((line) => line !== '');
    return lines.map((line) => parseSampleLine(line, 'answer').seq);
  };
  expect(await seqs('')).toEqual([0, 1, 2, 3]);
  expect(await seqs('?from=2')).toEqual([2, 3]);
  expect(await seqs('?from=4')).toEqual([]);
  expect(await seqs('?from=99')).toEqual([]);
  expect(await ask('/v1/samples?from=-1')).toMatchObject({ status: 400, body: { code: 'invalid-query' } });
});

test('status and manifest say how the run stands', async () => {
  const { ask, orchestrator } = await served();
  expect((await ask('/v1/status')).body).toMatchObject({ run: bedRun, phase: 'waiting', planned: 0 });
  expect(await ask('/v1/manifest')).toMatchObject({ status: 503 });
  await orchestrator.run();
  expect((await ask('/v1/status')).body).toMatchObject({
    ...{ phase: 'finished', planned: 2, done: 2, secondsLeft: 0, now: [] },
    workers: [
      { name: 'a', node: 'node-a', network: 'pod', state: 'here' },
      { name: 'b', state: 'here' },
    ],
  });
  expect((await ask('/v1/manifest')).body).toMatchObject({ run: bedRun, phase: 'finished', seed: 7 });
});

test('POST /v1/abort ends the run, for the reason in its body', async () => {
  const { ask, orchestrator } = await served({ absent: ['a', 'b'] });
  const ended = orchestrator.run();
  expect(await ask('/v1/abort')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  const post = { method: 'POST', headers };
  expect(await ask('/v1/abort', { ...post, body: '{"reason":' })).toMatchObject({ status: 400 });
  expect(await ask('/v1/abort', { ...post, body: '"x"'.padEnd(9_000) })).toMatchObject({ status: 400 });
  expect(await ask('/v1/abort', { ...post, body: '{"reason":"Ctrl-C"}' })).toMatchObject({ status: 202 });
  expect(await ended).toMatchObject({ phase: 'aborted', problem: { detail: 'Ctrl-C' } });
});

test('POST /v1/fetched lets an orchestrator go that has ended, and no other', async () => {
  const { ask, orchestrator } = await served();
  const post = { method: 'POST', headers };
  expect(await ask('/v1/fetched', post)).toMatchObject({ status: 409, body: { code: 'still-running' } });
  await orchestrator.run();
  const gone = orchestrator.lingered(new AbortController().signal);
  expect(await ask('/v1/fetched', post)).toMatchObject({ status: 200 });
  await gone;
});

interface Pushed {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A PushGateway as far as a client sees it. */
async function gateway(status: number): Promise<{ readonly url: string; readonly pushed: Pushed[] }> {
  const pushed: Pushed[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      pushed.push({ request, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`, pushed };
}

/** Samples of the exposition format by their text before the value. */
function series(body: string): Readonly<Record<string, number>> {
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

test('at the end of the batch the PushGateway gets what came out of it', async () => {
  const { url, pushed } = await gateway(202);
  const { orchestrator } = await served({ scenario: { pushGateway: url, repeats: 6 } });
  const { failed } = await orchestrator.run();
  expect(pushed.map(({ request }) => `${request.method} ${request.url}`)).toEqual([
    'PUT /prefix/metrics/job/podlag_bench/scenario/bed',
  ]);
  expect(series(pushed[0]!.body)).toMatchObject({
    'podlag_bench_result{use="steady",path="pod",placement="other-node",condition="none",metric="seconds",unit="s"}': 0.001,
    'podlag_bench_trials{state="done"}': 6,
    'podlag_bench_trials{state="failed"}': failed,
    podlag_bench_end_time_seconds: expect.any(Number),
  });
});

test('a PushGateway that fails is told of, and is no failure of the run', async () => {
  const { url } = await gateway(500);
  const { orchestrator } = await served({ scenario: { pushGateway: url } });
  expect(await orchestrator.run()).toMatchObject({
    phase: 'finished',
    leftOut: [expect.stringMatching(/^PushGateway: .*status 500/)],
  });
});

test('a run that cannot be planned has no samples, and whoever follows it comes to its end', async () => {
  const { ask, linesOf, orchestrator } = await served({ scenario: { placements: ['same-node'] } });
  await orchestrator.run();
  expect((await ask('/v1/manifest')).body).toMatchObject({ problem: { code: 'cannot-place' } });
  expect((await ask('/v1/samples')).status).toBe(200);
  expect(await linesOf('/v1/samples')).toBe('');
});

/** As it is written, which URL would mend. */
function statusOf(base: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}

test.each(['//', '/\\\\', 'http://'])('nothing is at %s', async (path) => {
  const { base } = await served();
  expect(await statusOf(base, path)).toBe(404);
});

test('who hangs up in the middle of the samples has done nothing wrong', async () => {
  const errors: unknown[] = [];
  const log = Object.assign(createLogger('test', 'silent'), {
    error: (one: unknown) => void errors.push(one),
  });
  // More than what sockets hold.
  const lines = Readable.from(Array.from({ length: 1_000 }, () => 'x'.repeat(100_000)));
  const ended = new Promise((resolve) => lines.once('close', resolve));
  const { orchestrator } = await served();
  const server = orchestratorHttp({
    orchestrator: Object.assign(Object.create(orchestrator) as typeof orchestrator, {
      samplesFrom: () => lines,
    }),
    ...{ token, log },
  });
  const port = await listen(server, 0, '127.0.0.1');
  closers.push(() => void server.close());
  const asked = request({ port, path: '/v1/samples', headers, agent: false }, (response) => {
    response.once('data', () => response.destroy());
  });
  asked.end();
  await ended;
  await new Promise((resolve) => setImmediate(resolve));
  expect(errors).toEqual([]);
});
