import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Benchmark, Parameters, Reading } from '../benchmark/benchmark';
import { turnAround } from './datagram';
import { probeBenchmarks, probes } from './probe-benchmarks';
import type { ProbeName } from './probe';
import { writeReport } from './receiver-report';
import { runProbe } from './run-probe';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

/** What is to be ended after a test, the last first. */
let cleanUps: (() => unknown)[] = [];
beforeEach(() => (cleanUps = []));
afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

const benchmarkOf = (name: ProbeName): Benchmark =>
  probeBenchmarks.find((one) => one.name === `probe-${name}`)!;
const parameters: Parameters = {
  seconds: 0.5,
  warmUpSeconds: 0.1,
  streams: 1,
  size: undefined,
  rate: undefined,
};

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = async (argv: readonly string[], signal = new AbortController().signal): Promise<Ended> => {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runProbe(argv, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    signal,
  });
  return { exitCode, ...written };
};

/** Measures as a worker would, but on a port of the test's. */
const measured = async (
  name: ProbeName,
  port: number,
  change: Partial<Parameters> = {},
): Promise<Reading> => {
  const asked = { ...parameters, ...change };
  const benchmark = benchmarkOf(name);
  const { args } = benchmark.client(asked, { host: '127.0.0.1' });
  const ended = await run([...args, '--port', String(port)]);
  expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
  return benchmark.read(ended, asked);
};

/** The probe's own server, on any free port. */
const served = async (name: ProbeName): Promise<number> => {
  const stop = new AbortController();
  const listening = Promise.withResolvers<number>();
  const over = runProbe([name, 'serve', '--port', '0'], {
    stdout: {
      write: (text) =>
        text !== '' && listening.resolve((JSON.parse(text) as { listening: number }).listening),
    },
    stderr: { write: (text) => text },
    signal: stop.signal,
  });
  const port = await Promise.race([listening.promise, over.then(() => undefined)]);
  // A UDP port that is free may be another program's on TCP, and this server wants both.
  if (port === undefined) return await served(name);
  cleanUps.push(async () => {
    stop.abort();
    expect(await over).toBe(0);
  });
  return port;
};

const tcpServer = async (serve: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
};

const problemOf = async (argv: readonly string[], signal?: AbortSignal): Promise<unknown> => {
  const { exitCode, stdout, stderr } = await run(argv, signal);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  return JSON.parse(stderr);
};

const quick = (port: number): readonly string[] => [
  '127.0.0.1',
  '--seconds',
  '0.3',
  '--warm-up',
  '0',
  '--port',
  String(port),
];

describe('each probe', () => {
  test.each(probes.map(({ name }) => name))(
    '%s measures its own server, with every figure that it promises',
    async (name) => {
      const { values } = await measured(name, await served(name));
      const names = benchmarkOf(name).metrics.map((metric) => metric.name);
      expect(Object.keys(values).sort()).toEqual([...names].sort());
      for (const { name: metric, unit } of benchmarkOf(name).metrics) {
        if (unit === 's') expect(values[metric]).toBeLessThan(0.1);
        if (unit !== 'ratio') expect(values[metric]).toBeGreaterThan(0);
      }
    },
  );

  test.each(probes.map(({ name }) => name))(
    'a server of %s has several clients at once, and another one after them',
    async (name) => {
      const port = await served(name);
      const short = { seconds: 0.2, warmUpSeconds: 0 };
      await Promise.all([measured(name, port, short), measured(name, port, { ...short, streams: 3 })]);
      await measured(name, port, short);
    },
  );

  test.each(['tcp-rr', 'connect', 'http', 'throughput'] as const)(
    '%s says when nobody listens',
    async (name) => {
      const port = await tcpServer(() => undefined);
      await cleanUps.pop()!();
      expect(await problemOf([name, ...quick(port)])).toMatchObject({
        code: 'tool-failed',
        detail: expect.stringContaining(`127.0.0.1 port ${port}: connect ECONNREFUSED`),
      });
    },
  );

  test.each(probes.map(({ name }) => name))('%s ends with an error when it is stopped', async (name) => {
    const port = await served(name);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const began = performance.now();
    const argv = [name, '127.0.0.1', '--seconds', '60', '--port', String(port)];
    expect(await problemOf(argv, stop.signal)).toMatchObject({
      code: 'tool-failed',
      detail: 'the probe was stopped before its end',
    });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('a port that is taken is told', async () => {
    const port = await served('tcp-rr');
    for (const name of ['tcp-rr', 'http', 'udp']) {
      expect(await problemOf([name, 'serve', '--port', String(port)])).toMatchObject({
        code: 'cannot-listen',
      });
    }
  });

  test('a host that nobody knows is told', async () => {
    expect(await problemOf(['tcp-rr', 'no-such-host.invalid'])).toMatchObject({ code: 'tool-failed' });
  });

  test('a command line that is none is told', async () => {
    expect(await problemOf(['tcp-rr'])).toMatchObject({ code: 'invalid-probe-command', status: 400 });
  });
});

describe('tcp-rr', () => {
  const lateEcho = (ms: number): Promise<number> =>
    tcpServer((socket) =>
      socket.setNoDelay(true).on('data', (bytes) => setTimeout(() => socket.write(bytes), ms)),
    );

  test('an answer that is 20 ms late takes 20 ms', async () => {
    const { values, histogram } = await measured('tcp-rr', await lateEcho(20));
    // A timer of 20 ms may come up to 1 ms early by the finer clock, and late on a busy machine.
    expect(values.round_trip_median).toBeGreaterThan(0.019);
    expect(values.round_trip_median).toBeLessThan(0.03);
    expect(values.transactions).toBeLessThan(53);
    expect(histogram).toBeDefined();
  });

  test('each stream has its own round trips', async () => {
    const port = await lateEcho(20);
    const one = await measured('tcp-rr', port);
    const four = await measured('tcp-rr', port, { streams: 4 });
    expect(four.values.transactions! / one.values.transactions!).toBeGreaterThan(3);
    expect(four.values.round_trip_median).toBeLessThan(0.03);
  });

  test('a message may be larger than what comes at once', async () => {
    const { values } = await measured('tcp-rr', await served('tcp-rr'), { size: 300_000 });
    expect(values.transactions).toBeGreaterThan(0);
  });

  test('a rate is kept where it can be, and the waiting shows where it cannot', async () => {
    const port = await lateEcho(20);
    const kept = await measured('tcp-rr', port, { rate: 20 });
    expect(kept.reachedRate).toBeCloseTo(20, 0);
    expect(kept.values.round_trip_median).toBeLessThan(0.03);
    const missed = await measured('tcp-rr', port, { rate: 200 });
    expect(missed.reachedRate).toBeLessThan(60);
    expect(missed.values.round_trip_p99).toBeGreaterThan(0.2);
  });

  test('a server that says more than it was told is no echo server', async () => {
    const port = await tcpServer((socket) =>
      socket.on('data', (bytes) => socket.write(Buffer.concat([bytes, bytes]))),
    );
    expect(await problemOf(['tcp-rr', ...quick(port)])).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('no echo server'),
    });
  });

  test('a server that goes away in the middle is told', async () => {
    const port = await tcpServer((socket) => {
      socket.pipe(socket);
      setTimeout(() => socket.end(), 100);
    });
    expect(await problemOf(['tcp-rr', ...quick(port)])).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('ended the connection'),
    });
  });

  test('an event loop that was kept busy is told, so that the figures are not believed', async () => {
    const port = await served('tcp-rr');
    const busy = setInterval(() => {
      const until = performance.now() + 60;
      while (performance.now() < until);
    }, 70);
    cleanUps.push(() => clearInterval(busy));
    const { selfCheck } = await measured('tcp-rr', port, { seconds: 1 });
    expect(selfCheck!.eventLoopDelay).toBeGreaterThan(0.02);
    expect(selfCheck!.reasons.join()).toContain('the event loop was late');
  });
});

describe('connect', () => {
  const inTimeWait = async (port: number): Promise<number> => {
    const tables = await Promise.all(
      ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
    );
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    // sl local rem st: state 06 is TIME_WAIT.
    return (
      tables.join('').match(new RegExp(`^ *[0-9]+: ([0-9A-F]+:${hex} \\S+|\\S+ [0-9A-F]+:${hex}) 06 `, 'gm'))
        ?.length ?? 0
    );
  };

  test('leaves no connection in TIME_WAIT, so that it never runs out of ports', async () => {
    const port = await served('connect');
    const plain = connect(port, '127.0.0.1');
    await once(plain, 'connect');
    plain.end();
    await once(plain, 'close');
    const others = await inTimeWait(port);
    expect(others).toBe(1);
    const { values } = await measured('connect', port);
    expect(values.connects).toBeGreaterThan(50);
    expect(await inTimeWait(port)).toBe(others);
  });
});

describe('http', () => {
  test('an answer that is 20 ms late takes 20 ms, on a kept connection and on a new one', async () => {
    const server = createHttpServer((incoming, outgoing) => {
      setTimeout(() => outgoing.end(Buffer.alloc(Number(incoming.url!.split('/').pop()))), 20);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => {
      server.close();
      server.closeAllConnections();
    });
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const { values } = await measured('http', (server.address() as AddressInfo).port, { seconds: 0.8 });
    expect(values.request_median).toBeGreaterThan(0.019);
    expect(values.request_median).toBeLessThan(0.03);
    expect(values.new_connection_median).toBeGreaterThan(0.019);
    expect(values.new_connection_median).toBeLessThan(0.035);
    // A quarter of the time at 20 ms each, and the one that is kept.
    expect(connections).toBeGreaterThan(3);
    expect(connections).toBeLessThan(15);
  });

  test('a rate that only kept connections reach is not reached', async () => {
    const begun = new WeakSet<Socket>();
    const server = createHttpServer((incoming, outgoing) => {
      const lateMs = begun.has(incoming.socket) ? 0 : 100;
      begun.add(incoming.socket);
      setTimeout(() => outgoing.end(Buffer.alloc(Number(incoming.url!.split('/').pop()))), lateMs);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const { values, reachedRate } = await measured('http', port, { seconds: 1.6, rate: 40 });
    expect(values.requests).toBeGreaterThan(30);
    expect(reachedRate).toBeLessThan(15);
  });

  test('a server that does not keep connections is told', async () => {
    const server = createHttpServer((_, outgoing) =>
      outgoing.writeHead(200, { connection: 'close' }).end('x'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => server.close());
    const argv = ['http', ...quick((server.address() as AddressInfo).port), '--size', '1'];
    expect(await problemOf(argv)).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('not kept'),
    });
  });

  test('a server of something else is told', async () => {
    const server = createHttpServer((_, outgoing) => outgoing.writeHead(404).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => server.close());
    expect(await problemOf(['http', ...quick((server.address() as AddressInfo).port)])).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('its answer is 404'),
    });
  });

  test.each([
    ['GET', '/bytes/100', 200],
    ['GET', '/bytes/1048576', 200],
    ['GET', '/bytes/1048577', 404],
    ['GET', '/bytes/99999999999', 404],
    ['GET', '/bytes/-1', 404],
    ['GET', '/', 404],
    ['POST', '/bytes/1', 404],
  ])('its server answers %s %s with %d', async (method, path, status) => {
    const port = await served('http');
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    expect(answer.status).toBe(status);
    const { byteLength } = await answer.arrayBuffer();
    expect(byteLength).toBe(status === 200 ? Number(path.split('/').pop()) : 0);
  });
});

describe('throughput', () => {
  test('is what the receiver says that it has read, by its clock', async () => {
    const port = await tcpServer((socket) => {
      socket.resume();
      let count = 0;
      // Ten megabytes a second, if one asks this receiver, whatever the sender has sent.
      const reports = setInterval(() => {
        count += 1;
        socket.write(writeReport({ seconds: count * 0.1, bytes: count * 1e6 }));
      }, 10);
      socket.once('close', () => clearInterval(reports));
    });
    expect((await measured('throughput', port)).values.throughput).toBeCloseTo(1e7, 0);
    expect((await measured('throughput', port, { streams: 3 })).values.throughput).toBeCloseTo(3e7, 0);
  });

  test('the warm-up does not count', async () => {
    const port = await tcpServer((socket) => {
      socket.resume();
      let count = 0;
      const reports = setInterval(() => {
        count += 1;
        const seconds = count * 0.05;
        // Slow in the first second, and fast from then on.
        socket.write(
          writeReport({ seconds, bytes: Math.round(1000 * seconds + Math.max(0, seconds - 1) * 1e6) }),
        );
      }, 5);
      socket.once('close', () => clearInterval(reports));
    });
    const { values } = await measured('throughput', port, { warmUpSeconds: 1, seconds: 1 });
    expect(values.throughput).toBeCloseTo(1_001_000, -1);
  });

  test('a receiver whose reports make no sense is told', async () => {
    const port = await tcpServer((socket) => {
      socket.resume();
      socket.write(writeReport({ seconds: -1, bytes: 1e9 }));
    });
    expect(await problemOf(['throughput', ...quick(port)])).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('make no sense'),
    });
  });

  test('no bytes are no throughput', async () => {
    const port = await tcpServer((socket) => {
      socket.resume();
      socket.write(writeReport({ seconds: 1, bytes: 500 }));
      socket.write(writeReport({ seconds: 9, bytes: 500 }));
    });
    expect(await problemOf(['throughput', ...quick(port)])).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('nothing went through'),
    });
  });
});

describe('udp', () => {
  type Answer = (socket: UdpSocket, echo: Buffer, from: RemoteInfo, index: number) => void;

  /** A server that echoes, with each echo in the test's hands. */
  const udpServer = async (answer: Answer): Promise<number> => {
    const socket = createSocket('udp4');
    let index = 0;
    socket.on('message', (datagram, from) => {
      if (turnAround(datagram)) answer(socket, datagram, from, index);
      index += 1;
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    cleanUps.push(() => void socket.close());
    return socket.address().port;
  };
  const send: Answer = (socket, echo, { port, address }) => socket.send(echo, port, address);

  test('each tenth that is dropped is a loss of 10 %', async () => {
    const port = await udpServer((...answer) => answer[3] % 10 === 7 || send(...answer));
    const { values } = await measured('udp', port, { rate: 500, warmUpSeconds: 0.2 });
    expect(values).toMatchObject({ loss: expect.closeTo(0.1, 6), reordered: 0, duplicated: 0 });
  });

  test('an echo that is 20 ms late took 20 ms', async () => {
    const port = await udpServer((...answer) => setTimeout(() => send(...answer), 20));
    const { values } = await measured('udp', port, { rate: 200 });
    expect(values.round_trip_median).toBeGreaterThan(0.019);
    expect(values.round_trip_median).toBeLessThan(0.03);
    expect(values.loss).toBe(0);
  });

  test('of every ten one echo that is held back is reordered, and one that comes twice a duplicate', async () => {
    let held: [UdpSocket, Buffer, RemoteInfo, number] | undefined;
    const port = await udpServer((...answer) => {
      if (answer[3] % 10 === 3) held = answer;
      else send(...answer);
      if (answer[3] % 10 === 4 && held !== undefined) send(...held);
      if (answer[3] % 10 === 8) send(...answer);
    });
    const { values } = await measured('udp', port, { rate: 500, warmUpSeconds: 0.2 });
    expect(values).toMatchObject({
      loss: 0,
      reordered: expect.closeTo(0.1, 6),
      duplicated: expect.closeTo(0.1, 6),
    });
  });

  test('echoes of another client are not its own', async () => {
    const port = await udpServer((socket, echo, from, index) => {
      if (index % 2 === 0) echo.writeUInt8(echo.readUInt8(4) ^ 1, 4);
      send(socket, echo, from, index);
    });
    const { values } = await measured('udp', port, { rate: 200, warmUpSeconds: 0 });
    expect(values.loss).toBeCloseTo(0.5, 6);
  });

  test('a rate is kept and told', async () => {
    const { reachedRate } = await measured('udp', await served('udp'), { rate: 400 });
    // Above, never: below, by what else the machine does.
    expect(reachedRate).toBeGreaterThan(100);
    expect(reachedRate).toBeLessThanOrEqual(400);
  });

  test('when nothing comes back there is no figure', async () => {
    const port = await udpServer(() => undefined);
    expect(await problemOf(['udp', ...quick(port)])).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringMatching(/none of [0-9]+ datagrams came back/),
    });
  });

  test('its server answers questions alone, so that two servers cannot be set on each other', async () => {
    const port = await served('udp');
    const socket = createSocket('udp4');
    cleanUps.push(() => void socket.close());
    const answers: Buffer[] = [];
    socket.on('message', (answer) => answers.push(answer));
    const question = Buffer.concat([Buffer.from('podq'), Buffer.alloc(20)]);
    const echo = Buffer.concat([Buffer.from('poda'), Buffer.alloc(20)]);
    for (const datagram of [Buffer.alloc(0), Buffer.from('podq'), echo, Buffer.alloc(64, 1)])
      socket.send(datagram, port, '127.0.0.1');
    // Loopback keeps the order: when the last has its answer, the others have got theirs or will never.
    socket.send(question, port, '127.0.0.1');
    await once(socket, 'message');
    expect(answers).toEqual([echo]);
  });

  test('its server shows that it is there by listening on TCP, and closes what comes', async () => {
    const socket = connect(await served('udp'), '127.0.0.1');
    socket.resume();
    await once(socket, 'end');
    socket.destroy();
  });
});
