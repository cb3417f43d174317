import { ChannelCredentials, Client, status, type StatusObject, type VerifyOptions } from '@grpc/grpc-js';
import type { Logger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterTest } from '../../test/channel/after-test';
import { newBed, newCertificates, startWorker, tlsOf } from '../../test/channel/channel-bed';
import {
  freePort,
  testBenchmark,
  testTask,
  until,
  type TestBenchmark,
} from '../../test/channel/test-benchmark';
import { workCall } from './bench-service';
import type { ChannelTls } from './channel-tls';
import type { FromWorkerWire } from './from-worker';
import { newRunCertificates } from './run-certificates';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

// Programs are started here, and the machine may be busy.
jest.setTimeout(60_000);

/** A log that keeps the details of its warnings. */
function warningLog(): { readonly log: Logger; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const warn = ({ detail }: { detail: string }): number => warnings.push(detail);
  return { log: { info: () => undefined, warn } as unknown as Logger, warnings };
}

const anyHost: VerifyOptions = { checkServerIdentity: () => undefined };

/** How a call of Work ends in which these messages are said. */
function statusAfter(client: Client, messages: readonly FromWorkerWire[]): Promise<StatusObject> {
  const { path, requestSerialize, responseDeserialize } = workCall;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  call.on('error', () => undefined);
  call.on('data', () => undefined);
  for (const message of messages) call.write(message);
  return new Promise((resolve) => call.on('status', resolve));
}

const serving = async (): Promise<ReturnType<typeof testBenchmark>> => {
  const port = await freePort();
  return testBenchmark({ server: ['serve', String(port)], port });
};

test('a worker that comes says what it is, where it is, and which tools it has', async () => {
  const bed = await newBed();
  startWorker(bed, 'a', [testBenchmark(), testBenchmark({ name: 'broken', version: ['fail', '3'] })], {
    zone: 'z1',
  });
  await bed.hub.waitFor(['a'], 20_000);
  const worker = bed.hub.workers().get('a')!;
  expect(worker).toMatchObject({ connected: true, lostBecause: undefined });
  expect(worker.hello).toMatchObject({
    worker: 'a',
    node: 'node-of-a',
    zone: 'z1',
    network: 'pod',
    addresses: ['127.0.0.1'],
    tools: { test: { version: '1.2.3' }, broken: { problem: expect.stringContaining('exit code 3') } },
    environment: { node: 'node-of-a', zone: 'z1', kernel: expect.any(String) },
  });
});

test("a client's outcome has what it wrote, with its hash, its command line and how the worker did", async () => {
  const bed = await newBed();
  startWorker(bed, 'a');
  await bed.hub.waitFor(['a'], 20_000);
  const outcome = await bed.hub.workers().get('a')!.runClient(testTask());
  expect(outcome).toMatchObject({
    task: 'task-1',
    status: 'exit',
    detail: '',
    exitCode: 0,
    stdout: 'hello\n',
    stderr: '',
    // printf 'hello\n' | sha256sum
    stdoutSha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
    truncated: false,
    selfCheck: { eventLoopDelay: expect.any(Number), reasons: expect.any(Array) },
  });
  expect(outcome.argv.slice(-2)).toEqual(['say', 'hello']);
  expect(outcome.endedMs).toBeGreaterThanOrEqual(outcome.startedMs);
});

test('a server is there when it listens, while clients run, and until it is stopped', async () => {
  const bed = await newBed();
  startWorker(bed, 'a', [await serving()]);
  startWorker(bed, 'b');
  await bed.hub.waitFor(['a', 'b'], 20_000);
  const server = await bed.hub.workers().get('a')!.startServer(testTask());
  expect(await bed.hub.workers().get('b')!.runClient(testTask())).toMatchObject({ status: 'exit' });
  expect(await server.stop()).toMatchObject({
    status: 'cancelled',
    selfCheck: { reasons: expect.any(Array) },
  });
  expect(await server.ended).toMatchObject({ status: 'cancelled' });
  // The port is free again.
  const again = await bed.hub.workers().get('a')!.startServer(testTask());
  await again.stop();
});

test.each<[string, TestBenchmark, number, RegExp]>([
  ['ends at once', { server: ['fail', '4'] }, 20_000, /exit code 4; it said: something is wrong/],
  ['never listens', { server: ['wait'] }, 300, /did not listen on port 9 within 0.3 s/],
])('a server that %s is none', async (_, benchmark, timeoutMs, words) => {
  const bed = await newBed();
  startWorker(bed, 'a', [testBenchmark(benchmark)]);
  await bed.hub.waitFor(['a'], 20_000);
  await expect(bed.hub.workers().get('a')!.startServer(testTask({ timeoutMs }))).rejects.toMatchObject({
    code: 'server-not-ready',
    detail: expect.stringMatching(words),
  });
});

test('a server that nobody waits for any longer is ended', async () => {
  const bed = await newBed();
  startWorker(bed, 'a', [testBenchmark({ server: ['wait'] })]);
  await bed.hub.waitFor(['a'], 20_000);
  const callOff = new AbortController();
  const started = bed.hub.workers().get('a')!.startServer(testTask(), callOff.signal);
  callOff.abort();
  await expect(started).rejects.toMatchObject({ detail: expect.stringContaining('was cancelled') });
});

test('a client that is called off is ended', async () => {
  const bed = await newBed();
  startWorker(bed, 'a', [testBenchmark({ client: ['wait'] })]);
  await bed.hub.waitFor(['a'], 20_000);
  const callOff = new AbortController();
  const outcome = bed.hub.workers().get('a')!.runClient(testTask(), callOff.signal);
  callOff.abort();
  expect(await outcome).toMatchObject({ status: 'cancelled' });
});

test('a worker that goes takes its tasks along, and may come again with none', async () => {
  const bed = await newBed();
  const first = startWorker(bed, 'a', [testBenchmark({ client: ['wait'] })]);
  await bed.hub.waitFor(['a'], 20_000);
  const connection = bed.hub.workers().get('a')!;
  const outcome = connection.runClient(testTask());
  outcome.catch(() => undefined);
  first.stop();
  await expect(outcome).rejects.toMatchObject({
    code: 'worker-lost',
    detail: expect.stringContaining('worker a: '),
  });
  expect(connection.connected).toBe(false);
  await expect(connection.runClient(testTask())).rejects.toMatchObject({ code: 'worker-lost' });
  await first.ended;
  startWorker(bed, 'a');
  await bed.hub.waitFor(['a'], 20_000);
  expect(await bed.hub.workers().get('a')!.runClient(testTask())).toMatchObject({ stdout: 'hello\n' });
});

test('what listens to the hub hears of each worker that comes and that is lost', async () => {
  const bed = await newBed();
  const heard: (boolean | undefined)[] = [];
  const end = bed.hub.onChange(() => heard.push(bed.hub.workers().get('a')?.connected));
  const worker = startWorker(bed, 'a');
  await bed.hub.waitFor(['a'], 20_000);
  worker.stop();
  await until(() => heard.length === 2);
  expect(heard).toEqual([true, false]);
  end();
});

test('three heartbeats without a word, and a worker is lost', async () => {
  const clock = new FakeClock();
  const bed = await newBed(['a'], { clock, heartbeatMs: 60_000 });
  startWorker(bed, 'a');
  const there = bed.hub.waitFor(['a'], 20_000);
  await there;
  const worker = bed.hub.workers().get('a')!;
  clock.advance(179_999);
  expect(worker.connected).toBe(true);
  clock.advance(1);
  expect(worker).toMatchObject({ connected: false, lostBecause: 'no sign of it for 180 s' });
});

test('heartbeats keep a worker that has nothing to do', async () => {
  const clock = new FakeClock();
  const bed = await newBed(['a'], { clock, heartbeatMs: 30 });
  startWorker(bed, 'a');
  await bed.hub.waitFor(['a'], 20_000);
  for (let turn = 0; turn < 5; turn += 1) {
    clock.advance(89);
    // Three heartbeats from now: it has been heard.
    await until(() => clock.nextAt === clock.now() + 90);
  }
  expect(bed.hub.workers().get('a')!.connected).toBe(true);
});

test('who is not there in time is named', async () => {
  const clock = new FakeClock();
  const bed = await newBed(['a', 'b', 'c'], { clock, heartbeatMs: 60_000 });
  startWorker(bed, 'b');
  await bed.hub.waitFor(['b'], 20_000);
  const all = bed.hub.waitFor(['a', 'b', 'c'], 1_000);
  clock.advance(1_000);
  await expect(all).rejects.toMatchObject({
    code: 'worker-lost',
    detail: 'not there within 1 s: worker a, worker c',
  });
});

test('who waits for workers may stop to', async () => {
  const bed = await newBed();
  const stop = new AbortController();
  const all = bed.hub.waitFor(['a'], 20_000, stop.signal);
  stop.abort(new Error('no more'));
  await expect(all).rejects.toThrow('no more');
});

test('at the end of the run all workers go, with nothing of theirs left', async () => {
  const bed = await newBed(['a'], {});
  const worker = startWorker(bed, 'a', [testBenchmark({ client: ['parent'] })]);
  await bed.hub.waitFor(['a'], 20_000);
  const outcome = bed.hub.workers().get('a')!.runClient(testTask());
  outcome.catch(() => undefined);
  await bed.hub.close('done');
  await expect(outcome).rejects.toMatchObject({ detail: 'worker a: done' });
  await worker.ended;
});

describe('who is let in', () => {
  test('a worker that says another name than its certificate is refused, for good', async () => {
    const bed = await newBed(['a', 'b']);
    const tls = tlsOf(bed.certificates, 'a');
    await expect(startWorker(bed, 'b', [], { tls }).ended).rejects.toMatchObject({
      code: 'worker-refused',
      detail: expect.stringContaining('its certificate is that of a, not of b'),
    });
    expect(bed.hub.workers().size).toBe(0);
  });

  test('a worker that the run does not know is refused, whatever its certificate', async () => {
    const certificates = newCertificates(['a', 'stranger']);
    const tls = { ca: certificates.ca, ...certificates.orchestrator };
    const bed = await newBed(['a'], { tls });
    const { ended } = startWorker(bed, 'stranger', [], { tls: tlsOf(certificates, 'stranger') });
    await expect(ended).rejects.toMatchObject({
      code: 'worker-refused',
      detail: expect.stringContaining('stranger is no worker of this run'),
    });
  });

  test('a second one of a name comes in only when the first is gone', async () => {
    const bed = await newBed(['a']);
    const first = startWorker(bed, 'a');
    await bed.hub.waitFor(['a'], 20_000);
    const connection = bed.hub.workers().get('a');
    const { log, warnings } = warningLog();
    startWorker(bed, 'a', [testBenchmark()], { log });
    await until(() => warnings.length > 0);
    expect(warnings[0]).toContain('a is connected already');
    expect(bed.hub.workers().get('a')).toBe(connection);
    first.stop();
    await until(() => bed.hub.workers().get('a') !== connection);
    expect(bed.hub.workers().get('a')!.connected).toBe(true);
  });

  const own = newCertificates(['a']);
  const second = newCertificates(['a']);
  const elsewhere = newRunCertificates({
    ...{ orchestrator: ['elsewhere.svc'], workers: [], lifeMs: 3_600_000, now: new Date() },
  });
  const expired = newCertificates(['a'], new Date(Date.now() - 7_200_000));
  const soon = newCertificates(['a'], new Date(Date.now() + 86_400_000));

  test('a worker with a certificate of any CA that the hub trusts comes in', async () => {
    const bed = await newBed(['a'], { tls: { ...own.orchestrator, ca: own.ca + second.ca } });
    startWorker(bed, 'a', [], { tls: { ca: own.ca, ...second.workers.a! } });
    await bed.hub.waitFor(['a'], 20_000);
  });

  test.each<[string, ChannelTls]>([
    ['of another CA', { ca: own.ca, ...newCertificates(['a']).workers.a! }],
    ['that has expired', { ca: own.ca, ...expired.workers.a! }],
    ['of the future', { ca: own.ca, ...soon.workers.a! }],
    ['for servers', { ca: own.ca, ...own.orchestrator }],
  ])('a worker with a certificate %s does not come in', async (_, tls) => {
    const bed = await newBed(['a'], { tls: { ...own.orchestrator, ca: own.ca + expired.ca + soon.ca } });
    const { log, warnings } = warningLog();
    startWorker(bed, 'a', [], { tls, log });
    await until(() => warnings.length > 0);
    expect(bed.hub.workers().size).toBe(0);
  });

  test.each<[string, ChannelTls]>([
    ['of another CA', { ca: own.ca, ...second.orchestrator }],
    ['that has expired', { ca: own.ca, ...expired.orchestrator }],
    ['for another host', { ca: own.ca, ...elsewhere.orchestrator }],
    ['for clients', { ca: own.ca, ...own.workers.a! }],
  ])('a worker does not take an orchestrator with a certificate %s', async (_, tls) => {
    const bed = await newBed(['a'], { tls });
    const { log, warnings } = warningLog();
    startWorker(bed, 'a', [], { tls: { ...own.workers.a!, ca: own.ca + expired.ca + elsewhere.ca }, log });
    await until(() => warnings.length > 0);
    expect(bed.hub.workers().size).toBe(0);
  });

  test.each<[string, () => ChannelCredentials]>([
    ['without a certificate', () => ChannelCredentials.createSsl(Buffer.from(own.ca), null, null, anyHost)],
    ['in plain text', () => ChannelCredentials.createInsecure()],
  ])('nobody comes in %s', async (_, credentials) => {
    const bed = await newBed(['a'], { tls: { ca: own.ca, ...own.orchestrator } });
    const client = new Client(bed.address, credentials(), { 'grpc.ssl_target_name_override': 'hub' });
    afterTest(() => client.close());
    expect(await statusAfter(client, [{ heartbeat: {} }])).toMatchObject({ code: status.UNAVAILABLE });
  });
});

describe('a worker that does not keep to the protocol is lost', () => {
  const speak = async (...messages: FromWorkerWire[]): Promise<StatusObject> => {
    const bed = await newBed(['a']);
    const { ca, workers } = bed.certificates;
    const credentials = ChannelCredentials.createSsl(
      ...([ca, workers.a!.key, workers.a!.cert].map((pem) => Buffer.from(pem)) as [Buffer, Buffer, Buffer]),
      anyHost,
    );
    const client = new Client(bed.address, credentials, { 'grpc.ssl_target_name_override': 'hub' });
    afterTest(() => client.close());
    return statusAfter(client, messages);
  };
  const hello = {
    hello: { worker: 'a', version: '1', node: 'n', network: 'NETWORK_POD', environmentJson: '{}' },
  };

  test.each<[string, FromWorkerWire[], RegExp]>([
    ['no hello first', [{ heartbeat: {} }], /the first must be hello/],
    ['hello twice', [hello, hello], /hello: must come only once/],
    ['an outcome of no task', [hello, { ready: { task: 'x' } }], /no task x is under way/],
    ['nothing at all', [{}], /FromWorker/],
    [
      'a name that is none',
      [{ hello: { ...hello.hello, worker: 'a/../b' } }],
      /hello.worker: must be a DNS label/,
    ],
    [
      'an environment that is no JSON',
      [{ hello: { ...hello.hello, environmentJson: '{' } }],
      /environmentJson: must be JSON/,
    ],
  ])('%s', async (_, messages, words) => {
    expect(await speak(...messages)).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(words),
    });
  });

  test('a message of more than half a megabyte', async () => {
    const flood = { hello: { ...hello.hello, environmentJson: ' '.repeat(600_000) } };
    expect(await speak(flood)).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });
});

test('a server whose port is taken is told as that, and not as a tool that is missing', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  afterTest(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const bed = await newBed();
  startWorker(bed, 'a', [testBenchmark({ server: ['wait'], port })]);
  await bed.hub.waitFor(['a'], 20_000);
  await expect(bed.hub.workers().get('a')!.startServer(testTask())).rejects.toMatchObject({
    code: 'server-not-ready',
    detail: `server on worker a: port ${port} is taken: another program listens on it`,
    hint: expect.stringContaining('port may be taken'),
  });
});
