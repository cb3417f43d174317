import type { ApiCall } from './api-call';
import type { KubeObject, ObjectRef, Resource } from './resource';

/** One operation of a JSON patch (RFC 6902), as the API server takes it. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The release of the API server, `v1.36.2` as `{ major: 1, minor: 36 }`. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
}

/** Which objects of a kind to read: those of a namespace, those with certain labels, or all. */
export interface ListScope {
  readonly namespace?: string;
  /** As kubectl's --selector: `app=web,tier!=test`, `app in (web, shop)`, `app`, `!app`. */
  readonly labelSelector?: string;
}

/** Which objects of a kind to follow: one by name, those of a namespace, those with certain labels, or all. */
export interface Scope extends ListScope {
  readonly name?: string;
}

/** How a JSON patch is meant. */
export interface PatchOptions {
  /** The patch is of the status, and of nothing else. */
  readonly subresource?: 'status';
}

/** How a server-side apply is meant. */
export interface ApplyOptions {
  /** Who owns the fields that are given. Fields that it gave before and does not give now are taken away. */
  readonly fieldManager: string;
  /** Takes fields over from other managers. Without, they are a `kube-conflict`. Default false. */
  readonly force?: boolean;
  /** The API server answers what would be, and writes nothing. Default false. */
  readonly dryRun?: boolean;
}

export interface DeleteOptions {
  /** What becomes of objects that it owns. Default the kind's own, mostly `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** A port of a pod, to be reached by way of the API server. */
export interface PodPort {
  readonly namespace: string;
  readonly name: string;
  /** TCP, plain HTTP. */
  readonly port: number;
}

/** An HTTP request to a pod. */
export interface PodRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, as `/v1/faults`. A query `dryRun` is a `kube-invalid`: API servers pass no request on for a trial. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The API server keeps `Authorization` for itself: the pod does not get it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** To the end of the answer. Default 10000. */
  readonly timeoutMs?: number;
}

/** What the pod said, of whatever status. */
export interface PodAnswer {
  readonly status: number;
  readonly text: string;
}

export interface Observer<T> {
  /**
   * All objects in scope, at first and after each change or several that come together, keyed by `name` or
   * `namespace/name`. Empty is an answer too.
   */
  readonly changed: (objects: ReadonlyMap<string, T>) => void;
  /** Why nothing new is heard just now. It is tried again by itself, and `changed` is called when that works. */
  readonly failed?: (problem: Error) => void;
}

export interface Watch {
  close(): void;
}

/**
 * The Kubernetes API, as much of it as podlag's programs need. All calls but `watch` throw a PodlagError:
 *
 * - `kube-conflict` when the object has changed since it was read, or a patch's `test` failed (or the
 *   patch has one and cannot be applied for another reason: API servers do not tell these apart)
 * - `kube-forbidden` when RBAC does not allow the call (the detail names verb, resource and name)
 * - `kube-invalid` when the API server refuses the object
 * - `kube-already-exists` for `create`
 * - `kube-not-found` for `replace`, `patch` and `podProxy`
 * - `kube-unavailable` for everything that may pass by itself: no connection, 429, 5xx; retryAfterMs tells whether the API
 *   server has said when to come again
 */
export interface KubeApi {
  serverVersion(): Promise<ServerVersion>;
  /** Undefined when there is none. */
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): Promise<T | undefined>;
  /** All in scope, whole; of a large collection page by page. Their order says nothing. */
  list<T extends KubeObject>(resource: Resource<T>, scope: ListScope): Promise<readonly T[]>;
  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  /** Writes the whole object. With a resourceVersion in it, only over that version. */
  replace<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly PatchOperation[],
    options?: PatchOptions,
  ): Promise<T>;
  /** Server-side apply: makes the object, or sets just the fields that are given. */
  apply<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions): Promise<T>;
  /** False when there was none. True when it is gone, or goes as soon as its finalizers and grace period let it. */
  delete<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options?: DeleteOptions,
  ): Promise<boolean>;
  /**
   * Speaks to a pod by way of the API server. What the pod says comes back, of whatever status; where the API server speaks
   * in its place it is an error: `kube-not-found` for no such pod, `kube-unavailable` for one that does not answer, or says
   * more than 16 MiB.
   */
  podProxy(pod: PodPort, request: PodRequest): Promise<PodAnswer>;
  /**
   * Whether the API server would allow a call, of an object or a kind: to whoever asks, or to a service account. Nothing is
   * done, and to know that something is not allowed is no error; that one may not ask about others is.
   */
  isAllowed(call: ApiCall, serviceAccount?: ObjectRef): Promise<boolean>;
  /** Follows objects until it is closed, over lost connections and restarts of the API server. */
  watch<T extends KubeObject>(resource: Resource<T>, scope: Scope, observer: Observer<T>): Watch;
}
