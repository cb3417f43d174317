import { Backoff } from '@podlag/core';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { namespaces, type KubeObject } from '../resource';
import { scriptedServer, type Script, type ScriptedServer } from '../../test/scripted-server';
import { WatchLoop } from './watch-loop';

/** What a watch has said: the names that are there, or a problem in brackets. */
interface Watched {
  readonly said: string[];
  readonly server: ScriptedServer;
  close(): void;
}

const cleanUps: (() => void)[] = [];
afterEach(() => cleanUps.splice(0).forEach((cleanUp) => cleanUp()));

async function watched(script: Script, backoff = new Backoff({ firstMs: 1, mostMs: 1 })): Promise<Watched> {
  const server = await scriptedServer(script);
  const said: string[] = [];
  const loop = new WatchLoop<KubeObject>({
    connection: server.connection,
    resource: namespaces,
    scope: {},
    backoff,
    observer: {
      changed: (objects) => said.push([...objects.keys()].join(' ')),
      failed: ({ message }) => said.push(`(${message})`),
    },
  });
  const close = (): void => loop.close();
  cleanUps.push(close, () => server.close());
  return { said, server, close };
}

async function until(condition: () => unknown, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await turn();
  }
}

const named = (name: string, resourceVersion: string) => ({ metadata: { name, resourceVersion } });
const list = (resourceVersion: string, ...names: string[]): string =>
  JSON.stringify({ metadata: { resourceVersion }, items: names.map((name) => named(name, '1')) });
const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;
const versions = ({ server }: Watched): string[] =>
  server.requests.map((request) => /resourceVersion=(\d+)/.exec(request)?.[1] ?? 'list');

/** The first answers, one a request; whatever comes then stays open. */
const answers =
  (...first: ((response: ServerResponse) => void)[]): Script =>
  (_, response, nth) =>
    nth < first.length ? first[nth]?.(response) : response.writeHead(200).flushHeaders();

const lists =
  (...of: Parameters<typeof list>) =>
  (response: ServerResponse) =>
    void response.end(list(...of));
const ends =
  (...events: string[]) =>
  (response: ServerResponse) =>
    void response.end(events.join(''));
const refuses = (status: number) => (response: ServerResponse) => void response.writeHead(status).end('{}');

test('it lists, then follows from there, with bookmarks and an end that the server is asked to make', async () => {
  const watch = await watched(answers(lists('7', 'a')));
  await until(() => watch.server.requests.length === 2);
  expect(watch.said).toEqual(['a']);
  expect(watch.server.requests).toEqual([
    'GET /api/v1/namespaces?limit=500',
    'GET /api/v1/namespaces?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=290',
  ]);
});

test('when the server ends a watch, the next begins where it was, without a list and without a word', async () => {
  const watch = await watched(
    answers(lists('7', 'a'), ends(event('ADDED', named('b', '8'))), ends(event('BOOKMARK', named('', '99')))),
  );
  await until(() => watch.server.requests.length === 4);
  expect(versions(watch)).toEqual(['list', '7', '8', '99']);
  expect(watch.said).toEqual(['a', 'a b']);
});

test.each([
  ['as an answer', refuses(410)],
  ['as an event', ends(event('ERROR', { code: 410, message: 'too old resource version' }))],
])('a version that is too old, told %s, is listed anew without a word', async (_, gone) => {
  const watch = await watched(answers(lists('7', 'a'), gone, lists('500', 'b')));
  await until(() => watch.server.requests.length === 4);
  expect(versions(watch)).toEqual(['list', '7', 'list', '500']);
  expect(watch.said).toEqual(['a', 'b']);
});

test.each([
  ['an event that makes no sense', ends('{"type":"ADDED","object":{"spec":{}}}\n')],
  ['an error of the server', ends(event('ERROR', { code: 500, message: 'etcd' }))],
])('%s is told, and everything is listed anew', async (_, bad) => {
  const watch = await watched(answers(lists('7', 'a'), bad, lists('500', 'b')));
  await until(() => watch.said.length === 3);
  expect(watch.said).toEqual(['a', expect.stringMatching(/^\(watch namespaces: .+\)$/), 'b']);
});

test('refusals are told, and that it works again too, though nothing has changed', async () => {
  const watch = await watched(answers(refuses(503), lists('7', 'a'), refuses(503), refuses(429)));
  await until(() => watch.said.length === 5);
  const told = (verb: string, status: number): string => `(${verb} namespaces: HTTP status ${status})`;
  expect(watch.said).toEqual([told('list', 503), 'a', told('watch', 503), told('watch', 429), 'a']);
  expect(versions(watch)).toEqual(['list', 'list', '7', '7', '7']);
});

test('lines that come in pieces, and characters too, are put together', async () => {
  const text = Buffer.from(event('ADDED', named('zürich', '8')));
  const middle = text.indexOf('ü') + 1;
  let rest = (): void => undefined;
  const watch = await watched(
    answers(lists('7', 'a'), (response) => {
      response.write(text.subarray(0, middle));
      rest = () => void response.write(text.subarray(middle));
    }),
  );
  await until(() => watch.server.requests.length === 2);
  expect(watch.said).toEqual(['a']);
  rest();
  await until(() => watch.said.length === 2);
  expect(watch.said).toEqual(['a', 'a zürich']);
});

test.each([
  ['with an error', event('ERROR', { code: 410 })],
  ['in order', ''],
])('a server that ends each watch at once, %s, is asked less and less often', async (_, end) => {
  const pauses: number[] = [];
  class Noted extends Backoff {
    override next(): number {
      pauses.push(super.next());
      return 0;
    }
  }
  const script: Script = (request, response) =>
    void response.end(request.url?.includes('watch') ? end : list('7'));
  await watched(script, new Noted({ firstMs: 100, mostMs: 1_000, random: () => 1 }));
  await until(() => pauses.length >= 5);
  expect(pauses.slice(0, 5)).toEqual([100, 200, 400, 800, 1_000]);
});

test.each([
  ['while it lists', answers(() => undefined), 1],
  ['while it follows', answers(lists('7', 'a')), 2],
  ['while it waits', answers(refuses(503)), 1],
])('close %s ends it: nothing is asked or told any more', async (_, script, requests) => {
  let hangsUp = false;
  const watch = await watched(
    (request, response, nth) => {
      response.on('close', () => (hangsUp = true));
      script(request, response, nth);
    },
    new Backoff({ firstMs: 60_000 }),
  );
  await until(() => watch.server.requests.length === requests);
  const { length } = watch.said;
  watch.close();
  await until(() => hangsUp);
  expect(watch.server.requests).toHaveLength(requests);
  expect(watch.said.length).toBeLessThanOrEqual(Math.max(length, 1));
});

test('who is told when to come again does not come before', async () => {
  const asks = (response: ServerResponse): void =>
    void response.writeHead(429, { 'Retry-After': '1' }).end('{}');
  const begunMs = performance.now();
  const watch = await watched(answers(asks, lists('7', 'a')));
  await until(() => watch.said.length === 2);
  expect(performance.now() - begunMs).toBeGreaterThan(990);
});
