import { applyPatch, type Operation } from 'fast-json-patch';
import { isDeepStrictEqual } from 'node:util';
import { apiCall, type ApiCall, type Verb } from '../api-call';
import type { PatchOperation, Scope } from '../kube-api';
import { callFailed } from '../kube-errors';
import type { KubeObject, ObjectRef, Resource } from '../resource';
import { keyOf } from '../object-key';

/** The objects of one kind as an API server keeps them: a new resourceVersion with each write that changes something. */
export class ObjectStore {
  readonly #objects = new Map<string, KubeObject>();

  constructor(
    private readonly resource: Resource<KubeObject>,
    private readonly nextResourceVersion: () => string,
  ) {}

  get(ref: ObjectRef): KubeObject | undefined {
    const object = this.#objects.get(keyOf(this.resource, ref));
    return object && structuredClone(object);
  }

  inScope(scope: Scope): ReadonlyMap<string, KubeObject> {
    return structuredClone(
      new Map([...this.#objects].filter(([, { metadata }]) => isInScope(scope, metadata))),
    );
  }

  create(object: KubeObject): KubeObject {
    const call = this.#call('create', object.metadata);
    this.#checkPlace(call, object);
    if (object.metadata.resourceVersion !== undefined) {
      throw callFailed('kube-invalid', call, 'resourceVersion should not be set on objects to be created');
    }
    if (this.get(object.metadata)) throw callFailed('kube-already-exists', call, 'already exists');
    return this.write({ ...object, metadata: { ...object.metadata, uid: crypto.randomUUID() } });
  }

  replace(object: KubeObject): KubeObject {
    const call = this.#call('update', object.metadata);
    this.#checkPlace(call, object);
    const present = this.#present(call, object.metadata);
    const { resourceVersion, uid } = object.metadata;
    if (resourceVersion !== undefined && resourceVersion !== present.metadata.resourceVersion) {
      throw callFailed('kube-conflict', call, 'the object has been modified');
    }
    if (uid !== undefined && uid !== present.metadata.uid) {
      throw callFailed('kube-conflict', call, 'it is another object of the same name now');
    }
    return this.write(object);
  }

  patch(ref: ObjectRef, operations: readonly PatchOperation[]): KubeObject {
    const call = this.#call('patch', ref);
    return this.write(patched(call, this.#present(call, ref), operations));
  }

  /** Puts the object there, whatever was there. */
  write(object: KubeObject): KubeObject {
    const present = this.get(object.metadata);
    const { apiVersion, kind } = this.resource;
    const uid = present?.metadata.uid ?? object.metadata.uid ?? crypto.randomUUID();
    const { metadata, ...rest } = structuredClone(object);
    const next = { ...rest, apiVersion, kind, metadata: { ...metadata, uid } };
    if (present && isDeepStrictEqual(withoutVersion(present), withoutVersion(next))) return present;
    next.metadata = { ...next.metadata, resourceVersion: this.nextResourceVersion() };
    this.#objects.set(keyOf(this.resource, next.metadata), next);
    return structuredClone(next);
  }

  delete(ref: ObjectRef): KubeObject | undefined {
    const object = this.get(ref);
    if (this.#objects.delete(keyOf(this.resource, ref))) this.nextResourceVersion();
    return object;
  }

  #call(verb: Verb, ref: ObjectRef): ApiCall {
    return apiCall(verb, this.resource, ref);
  }

  #present(call: ApiCall, ref: ObjectRef): KubeObject {
    const present = this.get(ref);
    if (!present) throw callFailed('kube-not-found', call, 'not found');
    return present;
  }

  #checkPlace(call: ApiCall, { metadata }: KubeObject): void {
    if (metadata.name === '') throw callFailed('kube-invalid', call, 'metadata.name: Required value');
    if (this.resource.namespaced && metadata.namespace === undefined) {
      throw callFailed('kube-invalid', call, 'metadata.namespace: Required value');
    }
  }
}

/** Whether a watch of this scope is to see the object. A namespace is no matter where the kind has none. */
export function isInScope({ namespace, name }: Scope, ref: ObjectRef): boolean {
  const isNamespace = namespace === undefined || ref.namespace === undefined || ref.namespace === namespace;
  return isNamespace && (name === undefined || ref.name === name);
}

function withoutVersion(object: KubeObject): unknown {
  return JSON.parse(
    JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } }),
  );
}

function patched(call: ApiCall, present: KubeObject, operations: readonly PatchOperation[]): KubeObject {
  try {
    return applyPatch(present, operations as Operation[], true, false).newDocument;
  } catch (error) {
    // As an API server, which does not say what was wrong with the patch: kube-api.ts.
    const isTested = operations.some(({ op }) => op === 'test');
    throw callFailed(isTested ? 'kube-conflict' : 'kube-invalid', call, (error as Error).message, error);
  }
}
