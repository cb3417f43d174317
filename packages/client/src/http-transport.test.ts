import { createServer, type Agent, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { agentConnections, httpTransport } from './http-transport';

let server: Server;
let listener: RequestListener;
let connected: Socket[];
let port: number;
beforeEach(async () => {
  connected = [];
  listener = (_request, response) => response.end('{"ok":true}');
  server = createServer((request, response) => listener(request, response));
  server.on('connection', (socket: Socket) => connected.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const get = { method: 'GET', path: '/version' } as const;

test('a call is sent as it is, with the token as a bearer’s', async () => {
  listener = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method, url, headers } = request;
      const { authorization, accept, 'content-type': type } = headers;
      const body = JSON.parse(Buffer.concat(parts).toString()) as unknown;
      response.writeHead(409).end(JSON.stringify({ method, url, authorization, accept, type, body }));
    });
  };
  const transport = httpTransport('127.0.0.1', port);
  const call = { method: 'PUT', path: '/v1/plans/a?x=1', body: { name: 'grün' } } as const;
  expect(await transport.send(call, 'TOKEN')).toEqual({
    status: 409,
    body: {
      ...{ method: 'PUT', url: '/v1/plans/a?x=1', authorization: 'Bearer TOKEN' },
      ...{ accept: 'application/json', type: 'application/json', body: { name: 'grün' } },
    },
  });
  transport.close();
});

test('one connection serves call after call, and is over after close', async () => {
  const transport = httpTransport('127.0.0.1', port);
  for (let calls = 0; calls < 5; calls += 1) await transport.send(get);
  expect(connected).toHaveLength(1);
  transport.close();
  if (!connected[0]!.closed) await new Promise((resolve) => connected[0]!.once('close', resolve));
});

test('many calls at once share four connections', async () => {
  const transport = httpTransport('127.0.0.1', port);
  const answers = await Promise.all(Array.from({ length: 20 }, () => transport.send(get)));
  expect(answers).toEqual(Array(20).fill({ status: 200, body: { ok: true } }));
  expect(connected).toHaveLength(4);
  transport.close();
});

test('connections that are shared outlive a transport', async () => {
  const connections: Agent = agentConnections();
  for (let turn = 0; turn < 3; turn += 1) {
    const transport = httpTransport('127.0.0.1', port, { connections });
    await transport.send(get);
    transport.close();
  }
  expect(connected).toHaveLength(1);
  connections.destroy();
});

test('an agent that hangs up on a kept connection just then is called again', async () => {
  const transport = httpTransport('127.0.0.1', port);
  await transport.send(get);
  let calls = 0;
  listener = (request, response) => {
    calls += 1;
    if (calls === 1) request.socket.resetAndDestroy();
    else response.end('"again"');
  };
  expect(await transport.send(get)).toEqual({ status: 200, body: 'again' });
  // On a new connection it is no coincidence.
  server.closeAllConnections();
  transport.close();
  listener = (request) => request.socket.resetAndDestroy();
  await expect(httpTransport('127.0.0.1', port).send(get)).rejects.toMatchObject({
    code: 'agent-unreachable',
  });
});

test('where nobody listens the address is told', async () => {
  server.close();
  await expect(httpTransport('127.0.0.1', port).send(get)).rejects.toMatchObject({
    code: 'agent-unreachable',
    detail: expect.stringMatching(new RegExp(`^GET /version at 127.0.0.1:${port}: .*ECONNREFUSED`)),
    kind: { status: 502 },
  });
});

test.each<[string, RequestListener]>([
  ['that never begins', () => undefined],
  ['that never ends', (_request, response) => response.write('{')],
])('an answer %s is given up in time', async (_, silent) => {
  listener = silent;
  const transport = httpTransport('127.0.0.1', port);
  await expect(transport.send({ ...get, timeoutMs: 50 })).rejects.toMatchObject({
    code: 'agent-unreachable',
    detail: expect.stringContaining('no whole answer within 0.05 s'),
  });
  transport.close();
});

test('an answer that does not end is not read for ever', async () => {
  listener = (_request, response) => {
    const part = Buffer.alloc(1 << 20, 'x');
    const more = (): void => {
      if (!response.destroyed) response.write(part, more);
    };
    more();
  };
  const transport = httpTransport('127.0.0.1', port);
  await expect(transport.send(get)).rejects.toMatchObject({
    code: 'agent-answer',
    detail: expect.stringContaining('longer than'),
  });
  transport.close();
});

test('whoever asks many agents takes less from each', async () => {
  const transport = httpTransport('127.0.0.1', port, { mostAnswerBytes: 12 });
  expect(await transport.send(get)).toEqual({ status: 200, body: { ok: true } });
  listener = (_request, response) => response.end('{"ok":false}.');
  await expect(transport.send(get)).rejects.toMatchObject({
    code: 'agent-answer',
    detail: expect.stringContaining('longer than 12 bytes'),
  });
  transport.close();
});

test('an answer that is not JSON is its text', async () => {
  listener = (_request, response) => response.end('moved');
  const transport = httpTransport('127.0.0.1', port);
  expect(await transport.send(get)).toEqual({ status: 200, body: 'moved' });
  transport.close();
});
