import { scriptedServer, type ScriptedServer } from '../../test/scripted-server';
import { answerTo, whyUnanswered } from './http-call';

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

const call = { method: 'GET', path: '/' } as const;

test.each([
  ['says nothing', () => undefined],
  ['stops in the middle', (response: { write(text: string): void }) => response.write('{')],
])('a server that %s is not waited for for ever', async (_, script) => {
  server = await scriptedServer((_request, response) => {
    script(response);
  });
  const error: unknown = await answerTo(server.connection, call, { timeoutMs: 50 }).catch(
    (reason: unknown) => reason,
  );
  expect(whyUnanswered(error)).toBe('no whole answer within 0.05 s');
});

test('it is over when it is called off', async () => {
  server = await scriptedServer(() => undefined);
  const ending = new AbortController();
  const answer = answerTo(server.connection, call, { timeoutMs: 60_000, signal: ending.signal });
  ending.abort();
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
});

test('an answer that goes on and on is read as far as it may be long', async () => {
  let sent = 0;
  server = await scriptedServer((_, response) => {
    const more = (): void => {
      while (!response.destroyed && (sent += 100_000) < 1e9) if (!response.write('x'.repeat(100_000))) return;
    };
    response.on('drain', more);
    more();
  });
  const answer = answerTo(server.connection, { ...call, mostBytes: 1_000_000 }, { timeoutMs: 60_000 });
  await expect(answer).rejects.toThrow('the answer is longer than 1000000 bytes');
  expect(sent).toBeLessThan(1e9);
});

test('one that is as long as it may be is whole, also where a character comes in two parts', async () => {
  server = await scriptedServer((_, response) => {
    response.write(Buffer.from('é').subarray(0, 1), () => response.end(Buffer.from('é').subarray(1)));
  });
  const answer = await answerTo(server.connection, { ...call, mostBytes: 2 }, { timeoutMs: 60_000 });
  expect(answer.text).toBe('é');
});

test('of a name with two addresses both are told', () => {
  const error = new AggregateError([
    new Error('connect ECONNREFUSED ::1:1'),
    new Error('connect ECONNREFUSED 127.0.0.1:1'),
  ]);
  expect(whyUnanswered(error)).toBe('connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1');
});
