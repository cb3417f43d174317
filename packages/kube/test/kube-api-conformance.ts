import { isPodlagError } from '@podlag/core';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiCall } from '../src/api-call';
import type { KubeApi, Observer, PodAnswer, PodPort, Scope } from '../src/kube-api';
import {
  events,
  namespaces,
  secrets,
  type KubeEvent,
  type KubeObject,
  type ObjectRef,
  type Resource,
  type Secret,
} from '../src/resource';
import { configMaps } from '../src/resources/config-map';

/** An API server to try things on, with a namespace that nobody else uses. */
export interface KubeApiUnderTest {
  readonly api: KubeApi;
  readonly namespace: string;
  /** A pod that is there, with a port that answers as `echo` does. On its other ports nobody listens. */
  readonly pod: PodPort;
}

/** Of a custom resource, with a status that is written apart. */
export interface Thing extends KubeObject {
  readonly spec?: { readonly size?: number; readonly colours?: Readonly<Record<string, string>> };
  readonly status?: { readonly phase?: string };
}

/** An API server that is to be tried has to have it. */
export const things: Resource<Thing> = {
  apiVersion: 'test.podlag.io/v1',
  kind: 'Thing',
  plural: 'things',
  namespaced: true,
  hasStatus: true,
};

/** What arrives at a pod. */
export interface Arrived {
  readonly method: string;
  /** Path and query. With `status=N` in it, that is the answer's. */
  readonly path: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** A pod that says what it was asked. */
export function echo(arrived: Arrived): PodAnswer {
  const status = Number(/status=([0-9]+)/.exec(arrived.path)?.[1] ?? 200);
  return { status, text: JSON.stringify(arrived) };
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

    describe('listing', () => {
      const labelled = (name: string, labels: Record<string, string>): Secret => ({
        ...named(name),
        metadata: { ...named(name).metadata, labels: { test: ref.name, ...labels } },
      });
      const listed = async (labelSelector: string): Promise<readonly string[]> => {
        const found = await api.list(secrets, { namespace: underTest().namespace, labelSelector });
        return found.map(({ metadata }) => metadata.name.replace(`${ref.name}-`, '')).sort();
      };

      test('all of a namespace are given, whole, as they are got one by one', async () => {
        const created = await api.create(secrets, secret);
        const all = await api.list(secrets, { namespace: underTest().namespace });
        expect(all.find(({ metadata }) => metadata.name === ref.name)).toEqual(created);
        expect(await api.list(secrets, { namespace: `${ref.name}-elsewhere` })).toEqual([]);
        const everywhere = await api.list(secrets, {});
        expect(everywhere.some(({ metadata }) => metadata.uid === created.metadata.uid)).toBe(true);
      });

      test.each([
        ['', ['a', 'b', 'c']],
        [',tier=web', ['a']],
        [',tier!=web', ['b', 'c']],
        [',tier', ['a', 'b']],
        [',!tier', ['c']],
        [',tier in (web, db)', ['a', 'b']],
        [',tier notin (web)', ['b', 'c']],
      ])('by labels, with test=NAME%s, those are given that have them', async (more, names) => {
        await api.create(secrets, labelled('a', { tier: 'web' }));
        await api.create(secrets, labelled('b', { tier: 'db' }));
        await api.create(secrets, labelled('c', {}));
        expect(await listed(`test=${ref.name}${more}`)).toEqual(names);
      });

      test('what is no label selector is refused', async () => {
        expect(await codeOf(listed('tier in web'))).toBe('kube-invalid');
      });

      test('more than a page holds is given whole', async () => {
        const { namespace } = underTest();
        const labels = { test: ref.name };
        const one = (index: number) =>
          api.create(configMaps, { metadata: { name: `${ref.name}-${index}`, namespace, labels } });
        for (let first = 0; first < 510; first += 30) {
          await Promise.all(Array.from({ length: 30 }, (_, index) => one(first + index)));
        }
        const found = await api.list(configMaps, { namespace, labelSelector: `test=${ref.name}` });
        expect(new Set(found.map(({ metadata }) => metadata.name)).size).toBe(510);
        expect(found[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
      }, 60_000);
    });

    describe('deleting', () => {
      test('what is there goes, and what is not there is told as such', async () => {
        await api.create(secrets, secret);
        expect(await api.delete(secrets, ref)).toBe(true);
        expect(await api.get(secrets, ref)).toBeUndefined();
        expect(await api.delete(secrets, ref, { propagation: 'Foreground' })).toBe(false);
      });
    });

    describe('the status', () => {
      let thing: Thing;
      beforeEach(() => {
        thing = { metadata: { name: ref.name, namespace: underTest().namespace }, spec: { size: 1 } };
      });
      const statusIs = (phase: string) =>
        api.patch(things, ref, [{ op: 'add', path: '/status', value: { phase } }], { subresource: 'status' });

      test('is not made with the object, and is written by a patch of its own, which is no new generation', async () => {
        const created = await api.create(things, { ...thing, status: { phase: 'Effective' } });
        expect(created.status).toBeUndefined();
        expect(created.metadata.generation).toBe(1);
        const patched = await statusIs('Pending');
        expect(patched).toMatchObject({ spec: { size: 1 }, status: { phase: 'Pending' } });
        expect(patched.metadata.generation).toBe(1);
        expect(patched.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
        expect(await api.get(things, ref)).toEqual(patched);
      });

      test('is left as it is by other writes, which are new generations where they change what is asked for', async () => {
        await api.create(things, thing);
        const before = await statusIs('Pending');
        const replaced = await api.replace(things, { ...before, spec: { size: 2 }, status: { phase: 'no' } });
        expect(replaced).toMatchObject({
          metadata: { generation: 2 },
          spec: { size: 2 },
          status: { phase: 'Pending' },
        });
        const patched = await api.patch(things, ref, [
          { op: 'replace', path: '/spec/size', value: 3 },
          { op: 'replace', path: '/status/phase', value: 'no' },
        ]);
        expect(patched).toMatchObject({ metadata: { generation: 3 }, status: { phase: 'Pending' } });
        const labelled = await api.patch(things, ref, [
          { op: 'add', path: '/metadata/labels', value: { a: 'b' } },
        ]);
        expect(labelled.metadata.generation).toBe(3);
      });

      test('is all that a patch of the status changes', async () => {
        await api.create(things, thing);
        const operations = [
          { op: 'replace', path: '/spec/size', value: 9 },
          { op: 'add', path: '/status', value: { phase: 'Pending' } },
        ] as const;
        const patched = await api.patch(things, ref, operations, { subresource: 'status' });
        expect(patched).toMatchObject({ spec: { size: 1 }, status: { phase: 'Pending' } });
      });

      test('is not there to be patched where a kind has none', async () => {
        await api.create(secrets, secret);
        const patch = api.patch(secrets, ref, [{ op: 'add', path: '/status', value: {} }], {
          subresource: 'status',
        });
        expect(await codeOf(patch)).toBe('kube-not-found');
      });
    });

    describe('server-side apply', () => {
      const thing = (spec: Thing['spec']): Thing => ({
        metadata: { name: ref.name, namespace: underTest().namespace },
        ...(spec === undefined ? {} : { spec }),
      });
      const one = { fieldManager: 'one' };
      const other = { fieldManager: 'other' };

      test('makes what is not there, and sets of what is there the fields that are given', async () => {
        const made = await api.apply(things, thing({ size: 1 }), one);
        expect(made).toMatchObject({
          kind: 'Thing',
          metadata: { uid: expect.any(String) },
          spec: { size: 1 },
        });
        await api.apply(things, thing({ colours: { sky: 'blue' } }), other);
        const found = await api.get(things, ref);
        expect(found?.spec).toEqual({ size: 1, colours: { sky: 'blue' } });
        expect(found?.metadata.uid).toBe(made.metadata.uid);
      });

      test('takes away what the same manager gave before, and gives no more', async () => {
        await api.apply(things, thing({ size: 1, colours: { sky: 'blue', sea: 'green' } }), one);
        await api.apply(things, thing({ colours: { sea: 'green' } }), other);
        const { spec } = await api.apply(things, thing({ colours: { sun: 'red' } }), one);
        expect(spec).toEqual({ colours: { sea: 'green', sun: 'red' } });
      });

      test('does not set what another manager has set otherwise, unless it is forced', async () => {
        await api.apply(things, thing({ size: 1 }), one);
        await api.apply(things, thing({ size: 1 }), other);
        expect(await codeOf(api.apply(things, thing({ size: 2 }), other))).toBe('kube-conflict');
        expect((await api.get(things, ref))?.spec).toEqual({ size: 1 });
        const { spec } = await api.apply(things, thing({ size: 2 }), { ...other, force: true });
        expect(spec).toEqual({ size: 2 });
        expect(await codeOf(api.apply(things, thing({ size: 1 }), one))).toBe('kube-conflict');
      });

      test('that changes nothing makes no new version', async () => {
        const { metadata } = await api.apply(things, thing({ size: 1 }), one);
        const again = await api.apply(things, thing({ size: 1 }), one);
        expect(again.metadata.resourceVersion).toBe(metadata.resourceVersion);
      });

      test('that is only tried says what would be, and writes nothing', async () => {
        const tried = await api.apply(things, thing({ size: 1 }), { ...one, dryRun: true });
        expect(tried).toMatchObject({ metadata: { name: ref.name }, spec: { size: 1 } });
        expect(await api.get(things, ref)).toBeUndefined();
        await api.apply(things, thing({ size: 1 }), one);
        const changed = await api.apply(things, thing({ size: 2 }), { ...one, dryRun: true });
        expect(changed.spec).toEqual({ size: 2 });
        expect((await api.get(things, ref))?.spec).toEqual({ size: 1 });
      });
    });

    describe('speaking to a pod', () => {
      const pod = (): PodPort => underTest().pod;

      test.each(['GET', 'PUT', 'POST', 'DELETE'] as const)(
        '%s brings path, query, body and headers',
        async (method) => {
          const answer = await api.podProxy(pod(), {
            ...{ method, path: '/v1/faults/a?dryrun=true&b=c%2Fd' },
            ...(method === 'GET' || method === 'DELETE' ? {} : { body: { delay: { time: '20ms' } } }),
            headers: { 'Podlag-Authorization': 'Bearer abc' },
          });
          expect(answer.status).toBe(200);
          const arrived = JSON.parse(answer.text) as Arrived;
          expect(arrived).toMatchObject({
            ...{ method, path: '/v1/faults/a?dryrun=true&b=c%2Fd' },
            headers: { 'podlag-authorization': 'Bearer abc' },
          });
          expect(arrived.body).toEqual(
            method === 'GET' || method === 'DELETE' ? undefined : { delay: { time: '20ms' } },
          );
        },
      );

      test('what is meant for the API server does not reach the pod', async () => {
        const { text } = await api.podProxy(pod(), { method: 'GET', path: '/' });
        expect((JSON.parse(text) as Arrived).headers.authorization).toBeUndefined();
      });

      test.each([204, 400, 401, 404, 409, 500, 503])(
        'what the pod answers is no error here: %i',
        async (status) => {
          const answer = await api.podProxy(pod(), { method: 'PUT', path: `/?status=${status}`, body: {} });
          expect(answer.status).toBe(status);
        },
      );

      test("the query dryRun is the API server's own, which passes no request on for a trial", async () => {
        const call = api.podProxy(pod(), { method: 'PUT', path: '/v1/faults/a?dryRun=true', body: {} });
        expect(await codeOf(call)).toBe('kube-invalid');
      });

      test('a pod that is not there is told as such', async () => {
        const call = api.podProxy({ ...pod(), name: ref.name }, { method: 'GET', path: '/' });
        expect(await codeOf(call)).toBe('kube-not-found');
      });
    });

    describe('asking for rights', () => {
      test.each<ApiCall>([
        { verb: 'list', resource: 'pods' },
        {
          verb: 'patch',
          resource: 'things.test.podlag.io',
          namespace: 'a',
          name: 'b',
          subresource: 'status',
        },
      ])('who may do everything may do %j, which does nothing', async (call) => {
        expect(await api.isAllowed(call)).toBe(true);
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

      function watch(scope: Scope): Recorder {
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
        await api.delete(secrets, ref);
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

      test('by labels, an object comes when it gets them and goes when it loses them', async () => {
        const { namespace = '' } = ref;
        const labelled = (team: string): Secret => ({
          ...secret,
          metadata: { ...secret.metadata, labels: { team } },
        });
        const seen = watch({ namespace, labelSelector: `team=${ref.name}` });
        await until(() => seen.last?.size === 0);
        await api.create(secrets, labelled('another'));
        await api.replace(secrets, labelled(ref.name));
        await until(() => seen.last?.size === 1);
        await api.replace(secrets, labelled('another'));
        await until(() => seen.last?.size === 0);
        await api.replace(secrets, labelled(ref.name));
        await until(() => seen.last?.size === 1);
        expect(seen.maps.map(({ size }) => size)).toEqual([0, 1, 0, 1]);
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
