import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import type { CallOptions, Reply } from '../testing';
import { startTestAgent, type TestAgent } from '../testing';
import { mostProbes } from './prober';

let agent: TestAgent;
beforeEach(async () => (agent = await startTestAgent()));
afterEach(() => agent.agent.close());

const asJson = (body: unknown): CallOptions => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});
const probe = (body: object): Promise<Reply> =>
  agent.call('/v1/probes', asJson({ dst: '127.0.0.1', count: 5, interval: '1ms', ...body }));

const fiveAnswered = { answered: 5, lost: 0, median: expect.stringMatching(/^[0-9.]+(us|ms)$/) };

test('connects that are taken and connects that are refused are both answers', async () => {
  const taken: unknown[] = [];
  // It does nothing about errors: a reset would end the process that it is in.
  const listening = createServer((socket) => taken.push(socket.resume())).listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  const { port } = listening.address() as AddressInfo;
  const { status, body } = await probe({ port });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ dst: '127.0.0.1', port, count: 5, roundTrip: fiveAnswered, idle: fiveAnswered },
    added: { median: expect.any(String) },
    eventLoopDelay: expect.any(String),
  });
  expect(taken).toHaveLength(5);
  // The connections of a probe are over with it, so that the server can end.
  await new Promise((resolve) => listening.close(resolve));
  expect((await probe({ port })).body).toMatchObject({ roundTrip: fiveAnswered });
});

test('who asks may be a person: text is the median alone', async () => {
  const asked = asJson({ dst: '127.0.0.1', count: 1 });
  const { body } = await agent.call('/v1/probes', {
    ...asked,
    headers: { ...asked.headers, accept: 'text/plain' },
  });
  expect(body).toMatch(/^[0-9.]+(us|ms)\n$/);
});

test('a body that is not JSON is not taken for an empty one', async () => {
  expect(await agent.call('/v1/probes', { method: 'POST', body: 'dst=10.1.2.3' })).toMatchObject({
    status: 415,
  });
});

test('a few probes at a time; those whose asker has gone away are over', async () => {
  const asking = Array.from({ length: mostProbes }, () => {
    const sent = request(`http://127.0.0.1:${agent.agent.port}/v1/probes`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, agent: false },
    });
    // The first connects at once, the others within minutes.
    sent.on('error', () => undefined).end('{"dst":"127.0.0.1","count":11,"interval":"10s"}');
    return sent;
  });
  while ((await probe({ count: 1 })).status !== 429);
  expect((await probe({ count: 1 })).body).toMatchObject({ code: 'busy-probing' });
  for (const sent of asking) sent.destroy();
  while ((await probe({ count: 1 })).status !== 200);
});
