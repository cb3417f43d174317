import { reviewCall } from '../access-review';
import { apiCall, podProxyCall, printApiCall, versionCall, type ApiCall, type Verb } from '../api-call';
import type {
  ApplyOptions,
  KubeApi,
  ListScope,
  Observer,
  PatchOperation,
  PatchOptions,
  PodAnswer,
  PodPort,
  PodRequest,
  Scope,
  ServerVersion,
  Watch,
} from '../kube-api';
import { callFailed, kubeErrors } from '../kube-errors';
import type { KubeObject, ObjectMeta, ObjectRef, Resource } from '../resource';
import { pods } from '../resources/pod';
import { inScope, ObjectStore } from './object-store';

interface OpenWatch {
  readonly resource: Resource<KubeObject>;
  readonly scope: Scope;
  readonly observer: Observer<KubeObject>;
}

/** What stands for all pods: it gets what the API server would pass on. */
export type PodHandler = (pod: PodPort, request: PodRequest) => PodAnswer | Promise<PodAnswer>;

/** An API server in memory, for tests of what stands on the Kubernetes API. */
export class FakeKubeApi implements KubeApi {
  readonly #stores = new Map<string, ObjectStore>();
  readonly #watches = new Set<OpenWatch>();
  readonly #interruptions: { readonly verb: Verb | undefined; readonly run: () => void }[] = [];
  #outage: Error | undefined;
  #lastResourceVersion = 0;

  /** What serverVersion answers. */
  version: ServerVersion = { major: 1, minor: 36 };
  /** Answers podProxy. As long as there is none, no pod listens. */
  onPodProxy: PodHandler | undefined;
  /** What isAllowed answers. By default everybody may do everything. */
  onIsAllowed: (call: ApiCall, serviceAccount?: ObjectRef) => boolean = () => true;
  /** Each call that was made, also one that failed, in order. */
  readonly calls: ApiCall[] = [];

  serverVersion(): Promise<ServerVersion> {
    return this.#answer(versionCall, () => this.version);
  }

  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): Promise<T | undefined> {
    return this.#answer(apiCall('get', resource, ref), () => this.#store(resource).get(ref) as T | undefined);
  }

  list<T extends KubeObject>(resource: Resource<T>, scope: ListScope): Promise<readonly T[]> {
    return this.#answer(
      apiCall('list', resource, scope),
      () => this.#store(resource).list(scope) as readonly T[],
    );
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
    options: PatchOptions = {},
  ): Promise<T> {
    return this.#answer(apiCall('patch', resource, ref, options.subresource), () =>
      this.#write(resource, ref, (store) => store.patch(ref, operations, options)),
    );
  }

  apply<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions): Promise<T> {
    return this.#answer(apiCall('patch', resource, object.metadata), () =>
      this.#write(resource, object.metadata, (store) => store.apply(object, options)),
    );
  }

  /** Takes the object away at once, and nothing that it owns. */
  delete<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): Promise<boolean> {
    return this.#answer(apiCall('delete', resource, ref), () => {
      const isThere = this.#store(resource).metaOf(ref) !== undefined;
      this.#write(resource, ref, (store) => store.delete(ref));
      return isThere;
    });
  }

  async podProxy(pod: PodPort, request: PodRequest): Promise<PodAnswer> {
    const call = podProxyCall(pod, request.method);
    const handler = await this.#answer(call, () => {
      if (/[?&]dryRun=/.test(request.path)) throw callFailed('kube-invalid', call, 'dryRun is not supported');
      if (!this.#store(pods).metaOf(pod)) throw callFailed('kube-not-found', call, 'not found');
      return this.onPodProxy;
    });
    if (handler) return handler(pod, passedOn(request));
    throw callFailed('kube-unavailable', call, 'error trying to reach service: connect: connection refused');
  }

  isAllowed(call: ApiCall, serviceAccount?: ObjectRef): Promise<boolean> {
    return this.#answer(reviewCall(serviceAccount), () => this.onIsAllowed(call, serviceAccount));
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
    const metaBefore = store.metaOf(ref);
    const result = change(store);
    const metas = [metaBefore, store.metaOf(ref)].filter((meta) => meta !== undefined);
    if (this.#lastResourceVersion !== before && !this.#outage) this.#tellWatches(store, metas);
    return result as T;
  }

  /** Those that saw the object before it was changed, and those that see it now. */
  #tellWatches(store: ObjectStore, metas: readonly ObjectMeta[]): void {
    for (const watch of this.#watches) {
      if (this.#store(watch.resource) === store && metas.some((meta) => inScope(watch.scope)?.(meta))) {
        this.#tell(watch);
      }
    }
  }

  /** Later, but in the order in which things happened, and as they were then. */
  #tell(watch: OpenWatch): void {
    const outage = this.#outage;
    const objects = this.#store(watch.resource).watched(watch.scope);
    queueMicrotask(() => {
      if (!this.#watches.has(watch)) return;
      if (outage) watch.observer.failed?.(outage);
      else watch.observer.changed(objects);
    });
  }
}

/** As the API server passes it on: without its own credentials. */
function passedOn(request: PodRequest): PodRequest {
  if (request.headers === undefined) return request;
  const headers = Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'authorization');
  return { ...request, headers: Object.fromEntries(headers) };
}
