import { isPodlagError } from '@podlag/core';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubeApi, Observer } from '../src/kube-api';
import { events, namespaces, secrets, type KubeEvent, type ObjectRef, type Secret } from '../src/resource';

/** An API server to try things on, with a namespace that nobody else uses. */
export interface KubeApiUnderTest {
  readonly api: KubeApi;
  readonly namespace: string;
  /** Deletes an object as somebody else would: KubeApi itself cannot. */
  readonly remove: (resource: typeof secrets, ref: ObjectRef) => unknown;
}

/** Base64 of a text, as the data of a Secret has it. */
export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Remembers what a watch says. */
class Recorder implements Observer<Secret> {
  readonly maps: ReadonlyMap<string, Secret>[] = [];
  readonly problems: Error[] = [];
  readonly changed = (objects: ReadonlyMap<string, Secret>): void => void this.maps.push(objects);
  readonly failed = (problem: Error): void => void this.problems.push(problem);

  get last(): ReadonlyMap<string, Secret> | undefined {
    return this.maps.at(-1);
  }
}

async function until(condition: () => unknown, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await pause(5);
  }
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return isPodlagError(error) ? error.code : String(error);
}

/** What every KubeApi does. The contract is in kube-api.ts. */
export function describeKubeApi(name: string, underTest: () => KubeApiUnderTest): void {
  describe(`${name} is a KubeApi`, () => {
    let api: KubeApi;
    let secret: Secret;
    let ref: ObjectRef;

    const named = (suffix: string, data: Record<string, string> = {}): Secret => ({
      metadata: { name: `${ref.name}-${suffix}`, namespace: underTest().namespace },
      data,
    });

    beforeEach(() => {
      ({ api } = underTest());
      const { namespace } = underTest();
      ref = { name: `conformance-${randomBytes(4).toString('hex')}`, namespace };
      secret = { metadata: { name: ref.name, namespace }, data: { word: base64('one') } };
    });

    describe('reading and writing', () => {
      test('the version is two numbers', async () => {
        const { major, minor } = await api.serverVersion();
        expect(major).toBe(1);
        expect(minor).toBeGreaterThan(0);
        expect(Number.isInteger(minor)).toBe(true);
      });

      test('what is not there is undefined, not an error', async () => {
        expect(await api.get(secrets, ref)).toBeUndefined();
      });

      test('what is created can be read, and has got a uid and a resourceVersion', async () => {
        const created = await api.create(secrets, secret);
        expect(created).toMatchObject({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { ...secret.metadata, uid: expect.any(String), resourceVersion: expect.any(String) },
          data: secret.data,
        });
        expect(await api.get(secrets, ref)).toEqual(created);
      });

      test('a kind without namespaces is read by its name alone', async () => {
        const found = await api.get(namespaces, { name: underTest().namespace });
        expect(found).toMatchObject({ kind: 'Namespace', metadata: { name: underTest().namespace } });
      });

      test('it is created once', async () => {
        await api.create(secrets, secret);
        expect(await codeOf(api.create(secrets, secret))).toBe('kube-already-exists');
      });

      test('an Event is created once by its name, and keeps what it says', async () => {
        const { namespace } = underTest();
        const involvedObject = {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'a',
          namespace,
          uid: 'u-1',
        };
        const event: KubeEvent = {
          ...{ metadata: { name: ref.name, namespace }, involvedObject },
          ...{ type: 'Warning', reason: 'Tested', action: 'Test', message: 'a test', count: 1 },
          ...{ source: { component: 'podlag-test' }, reportingComponent: 'podlag-test' },
          ...{ firstTimestamp: '2026-11-21T12:00:00Z', lastTimestamp: '2026-11-21T12:00:00Z' },
        };
        expect(await api.create(events, event)).toMatchObject({ ...event, apiVersion: 'v1', kind: 'Event' });
        expect(await codeOf(api.create(events, event))).toBe('kube-already-exists');
      });

      test('an object that cannot be is refused', async () => {
        const nameless = { ...secret, metadata: { ...secret.metadata, name: '' } };
        expect(await codeOf(api.create(secrets, nameless))).toBe('kube-invalid');
      });

      test('a replacement of what was read is written, and fields that it leaves out are gone', async () => {
        const created = await api.create(secrets, secret);
        const replaced = await api.replace(secrets, { ...created, data: { other: base64('two') } });
        expect(replaced.data).toEqual({ other: base64('two') });
        expect(replaced.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
        expect(await api.get(secrets, ref)).toEqual(replaced);
      });

      test('of two who replace what both have read, the second is told', async () => {
        const created = await api.create(secrets, secret);
        await api.replace(secrets, { ...created, data: { word: base64('first') } });
        const late = api.replace(secrets, { ...created, data: { word: base64('second') } });
        expect(await codeOf(late)).toBe('kube-conflict');
        expect((await api.get(secrets, ref))?.data).toEqual({ word: base64('first') });
      });

      test('a replacement without a resourceVersion is written over any version', async () => {
        await api.create(secrets, secret);
        await api.replace(secrets, { ...secret, data: { word: base64('two') } });
        expect((await api.get(secrets, ref))?.data).toEqual({ word: base64('two') });
      });

      test('a write that changes nothing makes no new version', async () => {
        const created = await api.create(secrets, secret);
        const again = await api.replace(secrets, secret);
        expect(again.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
      });

      test('what is not there can be neither replaced nor patched', async () => {
        expect(await codeOf(api.replace(secrets, secret))).toBe('kube-not-found');
        const patch = api.patch(secrets, ref, [{ op: 'add', path: '/data', value: {} }]);
        expect(await codeOf(patch)).toBe('kube-not-found');
      });
    });

    describe('JSON patches', () => {
      test('add, replace and remove change only what they name', async () => {
        await api.create(secrets, { ...secret, data: { a: base64('a'), b: base64('b'), c: base64('c') } });
        const patched = await api.patch(secrets, ref, [
          { op: 'test', path: '/data/a', value: base64('a') },
          { op: 'replace', path: '/data/a', value: base64('A') },
          { op: 'remove', path: '/data/b' },
          { op: 'add', path: '/data/d', value: base64('d') },
        ]);
        expect(patched.data).toEqual({ a: base64('A'), c: base64('c'), d: base64('d') });
        expect(await api.get(secrets, ref)).toEqual(patched);
      });

      test.each([
        ['of another value', '/data/word'],
        ['of a field that is not there', '/data/other'],
      ])('a test %s is a conflict, and nothing is written', async (_, path) => {
        const created = await api.create(secrets, secret);
        const patch = api.patch(secrets, ref, [
          { op: 'test', path, value: base64('two') },
          { op: 'replace', path: '/data/word', value: base64('three') },
        ]);
        expect(await codeOf(patch)).toBe('kube-conflict');
        expect(await api.get(secrets, ref)).toEqual(created);
      });

      test.each([
        ['with a test is a conflict, since nobody says which of the two it was', true, 'kube-conflict'],
        ['without a test is refused', false, 'kube-invalid'],
      ])('a patch of a path that is not there %s', async (_, isTested, code) => {
        const created = await api.create(secrets, secret);
        const { resourceVersion } = created.metadata;
        const test = { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion } as const;
        const replace = { op: 'replace', path: '/metadata/annotations/a', value: 'b' } as const;
        const patch = api.patch(secrets, ref, isTested ? [test, replace] : [replace]);
        expect(await codeOf(patch)).toBe(code);
        expect(await api.get(secrets, ref)).toEqual(created);
      });
    });

    describe('watching', () => {
      let recorder: Recorder;
      const closers: (() => void)[] = [];

      function watch(scope: { name?: string; namespace?: string }): Recorder {
        recorder = new Recorder();
        const { close } = bound(api.watch(secrets, scope, recorder));
        closers.push(close);
        return recorder;
      }

      afterEach(() => closers.splice(0).forEach((close) => close()));

      test('that nothing is there is told too', async () => {
        const { maps } = watch(ref);
        await until(() => maps.length > 0);
        expect(maps[0]?.size).toBe(0);
      });

      test('what is there comes first, whole, by namespace/name; nothing is told before watch returns', async () => {
        const created = await api.create(secrets, secret);
        const { maps } = watch(ref);
        expect(maps).toHaveLength(0);
        await until(() => maps.length > 0);
        expect([...(maps[0] ?? [])]).toEqual([[`${ref.namespace ?? ''}/${ref.name}`, created]]);
      });

      test('created, changed, deleted: each leads to a map as things are then', async () => {
        const key = `${ref.namespace ?? ''}/${ref.name}`;
        const seen = watch(ref);
        await until(() => seen.last?.size === 0);
        const created = await api.create(secrets, secret);
        await until(() => seen.last?.get(key));
        expect(seen.last?.get(key)).toEqual(created);
        const changed = await api.replace(secrets, { ...created, data: { word: base64('two') } });
        await until(() => seen.last?.get(key)?.data?.word === base64('two'));
        expect(seen.last?.get(key)).toEqual(changed);
        await underTest().remove(secrets, ref);
        await until(() => seen.last?.size === 0);
        expect(seen.problems).toEqual([]);
      });

      test('a map that was given stays as it is', async () => {
        const created = await api.create(secrets, secret);
        const { maps } = watch(ref);
        await until(() => maps.length === 1);
        await api.replace(secrets, { ...created, data: { word: base64('two') } });
        await until(() => maps.length === 2);
        expect([...(maps[0] ?? [])]).toEqual([[`${ref.namespace ?? ''}/${ref.name}`, created]]);
      });

      test('only what is in scope is told', async () => {
        const { namespace = '' } = ref;
        const one = watch(ref);
        const all = watch({ namespace });
        await until(() => one.last && all.last);
        const before = one.maps.length;
        await api.create(secrets, named('other'));
        await api.create(secrets, secret);
        await until(() => one.last?.size === 1 && all.last?.has(`${namespace}/${ref.name}`));
        expect(all.last?.has(`${namespace}/${ref.name}-other`)).toBe(true);
        expect(one.maps.length).toBe(before + 1);
      });

      test('objects of every namespace are told where none is named', async () => {
        await api.create(secrets, secret);
        const seen = watch({});
        await until(() => seen.last?.has(`${ref.namespace ?? ''}/${ref.name}`));
      });

      test('after close nothing is told', async () => {
        const closed = new Recorder();
        const open = watch(ref);
        const first = api.watch(secrets, ref, closed);
        await until(() => closed.last && open.last);
        first.close();
        first.close();
        await api.create(secrets, secret);
        await until(() => open.last?.size === 1);
        expect(closed.maps).toHaveLength(1);
      });
    });
  });
}

const bound = (watch: { close(): void }): { close: () => void } => ({ close: () => watch.close() });
