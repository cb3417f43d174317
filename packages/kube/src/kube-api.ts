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

/** Which objects of a kind to follow: one by name, those of a namespace, or all. */
export interface Scope {
  readonly namespace?: string;
  readonly name?: string;
}

export interface Observer<T> {
  /** All objects in scope, at first and after each change, keyed by `name` or `namespace/name`. Empty is an answer too. */
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
 * - `kube-not-found` for `replace` and `patch`
 * - `kube-unavailable` for everything that may pass by itself: no connection, 429, 5xx
 */
export interface KubeApi {
  serverVersion(): Promise<ServerVersion>;
  /** Undefined when there is none. */
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): Promise<T | undefined>;
  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  /** Writes the whole object. With a resourceVersion in it, only over that version. */
  replace<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly PatchOperation[],
  ): Promise<T>;
  /** Follows objects until it is closed, over lost connections and restarts of the API server. */
  watch<T extends KubeObject>(resource: Resource<T>, scope: Scope, observer: Observer<T>): Watch;
}
