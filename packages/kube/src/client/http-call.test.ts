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

test('of a name with two addresses both are told', () => {
  const error = new AggregateError([
    new Error('connect ECONNREFUSED ::1:1'),
    new Error('connect ECONNREFUSED 127.0.0.1:1'),
  ]);
  expect(whyUnanswered(error)).toBe('connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1');
});
