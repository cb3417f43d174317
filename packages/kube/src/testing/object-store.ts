import { applyPatch, type Operation } from 'fast-json-patch';
import { isDeepStrictEqual } from 'node:util';
import { apiCall, type ApiCall, type Verb } from '../api-call';
import { kept } from '../kept';
import type { ApplyOptions, PatchOperation, PatchOptions, Scope } from '../kube-api';
import { callFailed } from '../kube-errors';
import { keyOf } from '../object-key';
import type { KubeObject, ObjectMeta, ObjectRef, Resource } from '../resource';
import { applied, withOwner, type Managers } from './applied-fields';
import { labelMatch } from './label-selector';

/** The objects of one kind as an API server keeps them: a new resourceVersion with each write that changes something. */
export class ObjectStore {
  /** None of them is ever changed: a write puts another in its place. */
  readonly #objects = new Map<string, KubeObject>();
  readonly #managers = new Map<string, Managers>();
  /** What watches are shown of an object: one copy for all, made once. */
  readonly #shown = new WeakMap<KubeObject, KubeObject>();

  constructor(
    private readonly resource: Resource<KubeObject>,
    private readonly nextResourceVersion: () => string,
  ) {}

  get(ref: ObjectRef): KubeObject | undefined {
    return structuredClone(this.#objects.get(this.#key(ref)));
  }

  /** What says whether it is in the scope of a watch. */
  metaOf(ref: ObjectRef): ObjectMeta | undefined {
    return this.#objects.get(this.#key(ref))?.metadata;
  }

  /** All in scope, whole. */
  list(scope: Scope): readonly KubeObject[] {
    const isMeant = this.#inScope(scope);
    return structuredClone([...this.#objects.values()].filter(({ metadata }) => isMeant(metadata)));
  }

  /** All in scope, as a watch gives them. */
  watched(scope: Scope): ReadonlyMap<string, KubeObject> {
    const isMeant = this.#inScope(scope);
    const all = [...this.#objects].filter(([, { metadata }]) => isMeant(metadata));
    return new Map(all.map(([key, object]) => [key, this.#show(object)]));
  }

  create(object: KubeObject): KubeObject {
    const call = this.#call('create', object.metadata);
    this.#checkPlace(call, object);
    if (object.metadata.resourceVersion !== undefined) {
      throw callFailed('kube-invalid', call, 'resourceVersion should not be set on objects to be created');
    }
    if (this.metaOf(object.metadata)) throw callFailed('kube-already-exists', call, 'already exists');
    const made = { ...object, metadata: { ...object.metadata, uid: crypto.randomUUID() } };
    return this.write(this.#withStatusOf(undefined, made));
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
    return this.write(this.#withStatusOf(present, object));
  }

  patch(
    ref: ObjectRef,
    operations: readonly PatchOperation[],
    { subresource }: PatchOptions = {},
  ): KubeObject {
    const call = this.#call('patch', ref);
    const present = this.#present(call, ref);
    const next = patched(call, present, operations);
    if (subresource === undefined) return this.write(this.#withStatusOf(present, next));
    if (this.resource.hasStatus !== true) throw callFailed('kube-not-found', call, 'it has no status');
    return this.write(withStatus(present, statusOf(next)));
  }

  apply(object: KubeObject, options: ApplyOptions): KubeObject {
    const call = this.#call('patch', object.metadata);
    this.#checkPlace(call, object);
    const key = this.#key(object.metadata);
    const present = this.get(object.metadata);
    const managers: Managers = this.#managers.get(key) ?? new Map();
    const outcome = applied(present, this.#withStatusOf(undefined, object), managers, options);
    if (outcome.kind === 'conflict') {
      const { fields, manager } = outcome;
      throw callFailed('kube-conflict', call, `conflict with "${manager}": ${fields.join(', ')}`);
    }
    if (options.dryRun === true) return outcome.object;
    this.#managers.set(key, withOwner(managers, options.fieldManager, outcome.owned));
    return this.write(outcome.object);
  }

  /** Puts the object there, whatever was there. */
  write(object: KubeObject): KubeObject {
    const present = this.#objects.get(this.#key(object.metadata));
    const { apiVersion, kind } = this.resource;
    const uid = present?.metadata.uid ?? object.metadata.uid ?? crypto.randomUUID();
    const { metadata, ...rest } = structuredClone(object);
    const next = { ...rest, apiVersion, kind, metadata: { ...metadata, uid } };
    if (this.resource.hasStatus === true) next.metadata.generation = generationAfter(present, next);
    if (present && isDeepStrictEqual(withoutVersion(present), withoutVersion(next))) {
      return structuredClone(present);
    }
    next.metadata = { ...next.metadata, resourceVersion: this.nextResourceVersion() };
    this.#objects.set(this.#key(next.metadata), next);
    return structuredClone(next);
  }

  delete(ref: ObjectRef): KubeObject | undefined {
    const object = this.get(ref);
    if (this.#objects.delete(this.#key(ref))) this.nextResourceVersion();
    this.#managers.delete(this.#key(ref));
    return object;
  }

  #key(ref: ObjectRef): string {
    return keyOf(this.resource, ref);
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

  /** A write of the object leaves the status as it was. */
  #withStatusOf(present: KubeObject | undefined, object: KubeObject): KubeObject {
    return this.resource.hasStatus === true ? withStatus(object, present && statusOf(present)) : object;
  }

  #inScope(scope: Scope): (metadata: ObjectMeta) => boolean {
    const isMeant = inScope(scope);
    if (isMeant === undefined) {
      throw callFailed('kube-invalid', apiCall('list', this.resource, scope), 'no label selector');
    }
    return isMeant;
  }

  #show(object: KubeObject): KubeObject {
    const shown = this.#shown.get(object) ?? structuredClone(kept(this.resource, object));
    this.#shown.set(object, shown);
    return shown;
  }
}

/**
 * Whether a watch of this scope is to see an object. A namespace is no matter where the kind has none. Undefined where the
 * label selector is none.
 */
export function inScope({
  namespace,
  name,
  labelSelector = '',
}: Scope): ((metadata: ObjectMeta) => boolean) | undefined {
  const isLabelled = labelMatch(labelSelector);
  if (isLabelled === undefined) return undefined;
  return (metadata) =>
    (namespace === undefined || metadata.namespace === undefined || metadata.namespace === namespace) &&
    (name === undefined || metadata.name === name) &&
    isLabelled(metadata.labels ?? {});
}

const statusOf = (object: KubeObject): unknown => (object as { readonly status?: unknown }).status;

function withStatus(object: KubeObject, status: unknown): KubeObject {
  const rest = Object.entries(object).filter(([field]) => field !== 'status');
  return Object.fromEntries(
    status === undefined ? rest : [...rest, ['status', status]],
  ) as unknown as KubeObject;
}

/** Counted up where more has changed than metadata and status. */
function generationAfter(present: KubeObject | undefined, next: KubeObject): number {
  const before = present?.metadata.generation;
  if (present === undefined || before === undefined) return next.metadata.generation ?? 1;
  return isDeepStrictEqual(asked(present), asked(next)) ? before : before + 1;
}

function asked(object: KubeObject): unknown {
  return asJson({ ...withStatus(object, undefined), metadata: undefined });
}

function withoutVersion(object: KubeObject): unknown {
  return asJson({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } });
}

/** As it goes over the network: without what is undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function patched(call: ApiCall, present: KubeObject, operations: readonly PatchOperation[]): KubeObject {
  try {
    return applyPatch(present, operations as Operation[], true, false).newDocument;
  } catch (error) {
    // As an API server, which does not say what was wrong with the patch: kube-api.ts.
    const isTested = operations.some(({ op }) => op === 'test');
    throw callFailed(isTested ? 'kube-conflict' : 'kube-invalid', call, (error as Error).message, error);
  }
}
