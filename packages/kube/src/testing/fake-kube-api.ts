import { apiCall, printApiCall, versionCall, type ApiCall, type Verb } from '../api-call';
import type { KubeApi, Observer, PatchOperation, Scope, ServerVersion, Watch } from '../kube-api';
import { kubeErrors } from '../kube-errors';
import type { KubeObject, ObjectRef, Resource } from '../resource';
import { isInScope, ObjectStore } from './object-store';

interface OpenWatch {
  readonly resource: Resource<KubeObject>;
  readonly scope: Scope;
  readonly observer: Observer<KubeObject>;
}

/** An API server in memory, for tests of what stands on the Kubernetes API. */
export class FakeKubeApi implements KubeApi {
  readonly #stores = new Map<string, ObjectStore>();
  readonly #watches = new Set<OpenWatch>();
  readonly #interruptions: { readonly verb: Verb | undefined; readonly run: () => void }[] = [];
  #outage: Error | undefined;
  #lastResourceVersion = 0;

  /** What serverVersion answers. */
  version: ServerVersion = { major: 1, minor: 36 };
  /** Each call that was made, also one that failed, in order. */
  readonly calls: ApiCall[] = [];

  serverVersion(): Promise<ServerVersion> {
    return this.#answer(versionCall, () => this.version);
  }

  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): Promise<T | undefined> {
    return this.#answer(apiCall('get', resource, ref), () => this.#store(resource).get(ref) as T | undefined);
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.#answer(apiCall('create', resource, object.metadata), () =>
      this.#write(resource, object.metadata, (store) => store.create(object)),
    );
  }

  replace<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.#answer(apiCall('update', resource, object.metadata), () =>
      this.#write(resource, object.metadata, (store) => store.replace(object)),
    );
  }

  patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly PatchOperation[],
  ): Promise<T> {
    return this.#answer(apiCall('patch', resource, ref), () =>
      this.#write(resource, ref, (store) => store.patch(ref, operations)),
    );
  }

  watch<T extends KubeObject>(resource: Resource<T>, scope: Scope, observer: Observer<T>): Watch {
    this.calls.push(apiCall('watch', resource, scope));
    const watch: OpenWatch = { resource, scope, observer: observer as unknown as Observer<KubeObject> };
    this.#watches.add(watch);
    this.#tell(watch);
    return { close: () => void this.#watches.delete(watch) };
  }

  /** Somebody else writes the object, whatever was there, without a call in the record. Gives it as it is stored. */
  seed<T extends KubeObject>(resource: Resource<T>, object: T): T {
    return this.#write(resource, object.metadata, (store) => store.write(object));
  }

  /** Somebody else changes the object. */
  edit<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, change: (object: T) => T): T {
    return this.seed(resource, change(this.stored(resource, ref)));
  }

  /** Somebody else deletes the object. */
  remove<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): void {
    this.#write(resource, ref, (store) => store.delete(ref));
  }

  /** The object as it is now, without a call in the record. Throws when there is none. */
  stored<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): T {
    const object = this.#store(resource).get(ref);
    if (!object) throw new Error(`nothing is stored for ${printApiCall(apiCall('get', resource, ref))}`);
    return object as T;
  }

  /** Runs `run` in the middle of the next call of `verb` (any when left out), before the call takes effect. Once. */
  beforeNext(run: () => void, verb?: Verb): void {
    this.#interruptions.push({ verb, run });
  }

  /** The next call of `verb` (any when left out) ends with `error`. Watches are no calls here. */
  failNext(error: Error, verb?: Verb): void {
    this.beforeNext(() => {
      throw error;
    }, verb);
  }

  /** From now on every call and every watch fails, until `endOutage`. Writes from outside still happen, unseen. */
  startOutage(problem: Error = kubeErrors.error('kube-unavailable', 'connect ECONNREFUSED')): void {
    this.#outage = problem;
    for (const watch of this.#watches) this.#tell(watch);
  }

  /** Everything works again; watches are told what is there now. */
  endOutage(): void {
    this.#outage = undefined;
    for (const watch of this.#watches) this.#tell(watch);
  }

  /** Watches that nobody has closed. */
  get openWatches(): number {
    return this.#watches.size;
  }

  /** When every watch has been told of all that happened until now. */
  settled(): Promise<void> {
    return new Promise((resolve) => queueMicrotask(resolve));
  }

  async #answer<T>(call: ApiCall, run: () => T): Promise<T> {
    this.calls.push(call);
    // A caller that forgets to wait must notice, as with a real network.
    await Promise.resolve();
    if (this.#outage) throw this.#outage;
    const at = this.#interruptions.findIndex(({ verb }) => verb === undefined || verb === call.verb);
    if (at >= 0) this.#interruptions.splice(at, 1)[0]?.run();
    return run();
  }

  #store(resource: Resource<KubeObject>): ObjectStore {
    const kind = `${resource.apiVersion}/${resource.plural}`;
    const store =
      this.#stores.get(kind) ?? new ObjectStore(resource, () => String(++this.#lastResourceVersion));
    this.#stores.set(kind, store);
    return store;
  }

  #write<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    change: (store: ObjectStore) => KubeObject | undefined,
  ): T {
    const store = this.#store(resource);
    const before = this.#lastResourceVersion;
    const result = change(store);
    if (this.#lastResourceVersion !== before && !this.#outage) this.#tellWatches(store, ref);
    return result as T;
  }

  #tellWatches(store: ObjectStore, ref: ObjectRef): void {
    for (const watch of this.#watches) {
      if (this.#store(watch.resource) === store && isInScope(watch.scope, ref)) this.#tell(watch);
    }
  }

  /** Later, but in the order in which things happened, and as they were then. */
  #tell(watch: OpenWatch): void {
    const outage = this.#outage;
    const objects = this.#store(watch.resource).inScope(watch.scope);
    queueMicrotask(() => {
      if (!this.#watches.has(watch)) return;
      if (outage) watch.observer.failed?.(outage);
      else watch.observer.changed(objects);
    });
  }
}
