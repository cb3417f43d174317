import { secrets } from '../resource';
import { pods } from '../resources/pod';
import { afterEvents, followedFrom, OutdatedError, type WatchedObjects } from './watched-objects';
import type { Secret } from '../resource';

const metadata = (name: string, resourceVersion: string) => ({ name, namespace: 'a', resourceVersion });
const event = (type: string, object: object): string => JSON.stringify({ type, object });

const list = followedFrom(secrets, {
  resourceVersion: '7',
  objects: [{ metadata: metadata('b', '5') }, { metadata: metadata('c', '6'), type: 'Opaque' }],
});

function after(...lines: string[]): WatchedObjects<Secret> {
  return afterEvents(secrets, list, lines);
}

test('what was listed is known by its key, at the version of the list', () => {
  expect(list.resourceVersion).toBe('7');
  expect([...list.objects.keys()]).toEqual(['a/b', 'a/c']);
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

test('of several that come together the last counts', () => {
  const { objects, resourceVersion } = after(
    event('ADDED', { metadata: metadata('d', '8') }),
    event('DELETED', { metadata: metadata('b', '9') }),
    event('MODIFIED', { metadata: metadata('d', '10') }),
    event('BOOKMARK', { metadata: { resourceVersion: '12' } }),
  );
  expect([...objects.keys()]).toEqual(['a/c', 'a/d']);
  expect(objects.get('a/d')?.metadata.resourceVersion).toBe('10');
  expect(resourceVersion).toBe('12');
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

test('of an object only what its kind keeps is held on to', () => {
  const spec = { containers: [{ name: 'app', image: 'a/b:c' }] };
  const line = event('ADDED', { metadata: { name: 'b', namespace: 'a', managedFields: [{}] }, spec });
  const known = afterEvents(pods, { objects: new Map(), resourceVersion: '7' }, [line]);
  expect(JSON.parse(JSON.stringify(known.objects.get('a/b')))).toEqual({
    metadata: { name: 'b', namespace: 'a' },
    spec: { containers: [{ name: 'app' }] },
  });
});
