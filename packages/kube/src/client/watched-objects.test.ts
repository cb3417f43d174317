import { secrets } from '../resource';
import { afterEvent, listed, OutdatedError, type WatchedObjects } from './watched-objects';
import type { Secret } from '../resource';

const metadata = (name: string, resourceVersion: string) => ({ name, namespace: 'a', resourceVersion });
const event = (type: string, object: object): string => JSON.stringify({ type, object });

const list = listed(
  secrets,
  JSON.stringify({
    metadata: { resourceVersion: '7' },
    items: [{ metadata: metadata('b', '5') }, { metadata: metadata('c', '6'), type: 'Opaque' }],
  }),
);

function after(...lines: string[]): WatchedObjects<Secret> {
  return lines.reduce<WatchedObjects<Secret>>((known, line) => afterEvent(secrets, known, line), list);
}

test('what a list leaves out, the kind of each object, is put back', () => {
  expect(list.resourceVersion).toBe('7');
  expect([...list.objects]).toEqual([
    ['a/b', { apiVersion: 'v1', kind: 'Secret', metadata: metadata('b', '5') }],
    ['a/c', { apiVersion: 'v1', kind: 'Secret', metadata: metadata('c', '6'), type: 'Opaque' }],
  ]);
});

test('a list of nothing is an empty map, also where a server says null', () => {
  const empty = listed(secrets, '{"metadata":{"resourceVersion":"1"},"items":null}');
  expect(empty.objects.size).toBe(0);
});

test.each([
  ['added', event('ADDED', { metadata: metadata('d', '8') }), ['a/b', 'a/c', 'a/d']],
  ['changed', event('MODIFIED', { metadata: metadata('b', '8') }), ['a/b', 'a/c']],
  ['deleted', event('DELETED', { metadata: metadata('b', '8') }), ['a/c']],
])('an object that is %s changes the map, and the version to go on from', (_, line, keys) => {
  const { objects, resourceVersion } = after(line);
  expect([...objects.keys()]).toEqual(keys);
  expect(resourceVersion).toBe('8');
  expect([...list.objects.keys()]).toEqual(['a/b', 'a/c']);
});

test('a bookmark changes the version alone', () => {
  const next = after(event('BOOKMARK', { metadata: { resourceVersion: '99' } }));
  expect(next.resourceVersion).toBe('99');
  expect(next.objects).toBe(list.objects);
});

test.each([
  ['a version that is too old', event('ERROR', { code: 410, message: 'too old' }), true],
  ['another error', event('ERROR', { code: 500, message: 'etcd' }), false],
  ['an event of no known type', event('RENAMED', {}), false],
  ['an object without a name', event('ADDED', { spec: {} }), false],
  ['half a line', '{"type":"ADD', false],
])('%s means to list again', (_, line, isExpected) => {
  expect(() => after(line)).toThrow(expect.objectContaining({ isExpected }));
  expect(() => after(line)).toThrow(OutdatedError);
});
