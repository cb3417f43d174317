import { secrets } from '../resource';
import { pods } from '../resources/pod';
import { readCollection } from './collection';
import type { HttpAnswer } from './http-call';

const item = (name: string) => ({ metadata: { name, namespace: 'a' } });
const page = (names: readonly string[], next?: string): HttpAnswer => ({
  status: 200,
  text: JSON.stringify({ metadata: { resourceVersion: '7', continue: next }, items: names.map(item) }),
});
const gone: HttpAnswer = { status: 410, text: '{"reason":"Expired","message":"too old"}' };

/** Answers one after another, and remembers what was asked. */
function server(...answers: readonly HttpAnswer[]) {
  const asked: string[] = [];
  const ask = (path: string): Promise<HttpAnswer> =>
    Promise.resolve(answers[asked.push(path) - 1] ?? { status: 500, text: '' });
  return { asked, ask };
}

const whole = <T>(object: T): T => object;

test('a large collection is read page by page, and put together', async () => {
  const { asked, ask } = server(page(['b', 'c'], 'x/1'), page(['d'], ''));
  const { objects, resourceVersion } = await readCollection(
    secrets,
    { namespace: 'a', labelSelector: 'app' },
    { ask, keep: whole },
  );
  expect(asked).toEqual([
    '/api/v1/namespaces/a/secrets?limit=500&labelSelector=app',
    '/api/v1/namespaces/a/secrets?limit=500&continue=x%2F1&labelSelector=app',
  ]);
  expect(objects.map(({ metadata }) => metadata.name)).toEqual(['b', 'c', 'd']);
  expect(resourceVersion).toBe('7');
});

test('what a list leaves out, the kind of each object, is put back', async () => {
  const { objects } = await readCollection(secrets, {}, { ...server(page(['b'])), keep: whole });
  expect(objects).toEqual([{ apiVersion: 'v1', kind: 'Secret', ...item('b') }]);
});

test('a list of nothing is empty, also where a server says null', async () => {
  const nothing = { status: 200, text: '{"metadata":{"resourceVersion":"1"},"items":null}' };
  const { objects } = await readCollection(secrets, {}, { ...server(nothing), keep: whole });
  expect(objects).toEqual([]);
});

test('one that changes faster than its pages are read is read in one piece', async () => {
  const { asked, ask } = server(page(['b'], 'x'), gone, page(['c', 'd']));
  const { objects } = await readCollection(secrets, {}, { ask, keep: whole });
  expect(asked.at(-1)).toBe('/api/v1/secrets');
  expect(objects.map(({ metadata }) => metadata.name)).toEqual(['c', 'd']);
});

test.each([
  ['a refusal', { status: 503, text: '' }, 'list pods: HTTP status 503'],
  ['a version that is gone before the first page', gone, 'list pods: too old'],
  ['a login page', { status: 200, text: '<html>' }, 'list pods: the answer is not one of an API server'],
])('%s is told as such', async (_, answer, message) => {
  const reading = readCollection(pods, {}, { ...server(answer), keep: whole });
  await expect(reading).rejects.toMatchObject({ code: 'kube-unavailable', message });
});

test('of each object no more than asked for is held on to', async () => {
  const { objects } = await readCollection(
    secrets,
    {},
    { ...server(page(['b'], 'x'), page(['c'])), keep: ({ metadata: { name } }) => ({ metadata: { name } }) },
  );
  expect(objects).toEqual([{ metadata: { name: 'b' } }, { metadata: { name: 'c' } }]);
});
