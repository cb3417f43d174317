import * as z from 'zod';
import { accessReview, reviewCall } from '../access-review';
import { apiCall, podProxyCall, versionCall, type ApiCall } from '../api-call';
import type {
  ApplyOptions,
  DeleteOptions,
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
import { callFailed } from '../kube-errors';
import type { KubeObject, ObjectRef, Resource } from '../resource';
import { readCollection } from './collection';
import type { Connection } from './connection';
import { answerTo, whyUnanswered, type HttpAnswer, type HttpCall } from './http-call';
import { collectionPath, objectPath, podProxyPath, subresourcePath, withQuery } from './resource-path';
import { isAbsence, isRefusal, statusError } from './status-error';
import { WatchLoop } from './watch-loop';

/** How long one call may take unless it says so, in milliseconds. */
const callMs = 10_000;
/** What a pod says is not to fill the memory of who asks. The state of an agent with 20,000 targets is a quarter of this. */
const mostPodBytes = 16 << 20;
/** A page of a list may be several megabytes. */
const listMs = 30_000;

/** `36`; some distributions have `36+`. */
const leadingNumber = z
  .string()
  .regex(/^[0-9]+/)
  .transform((text) => Number.parseInt(text, 10));

const versionSchema = z.object({ major: leadingNumber, minor: leadingNumber });

const reviewSchema = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

const objectSchema = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

/** The Kubernetes API over HTTP. The contract is KubeApi's. */
export class KubeClient implements KubeApi {
  constructor(private readonly connection: Connection) {}

  async serverVersion(): Promise<ServerVersion> {
    const answer = await this.send(versionCall, { method: 'GET', path: '/version' });
    return contentOf(versionCall, answer, versionSchema);
  }

  async get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): Promise<T | undefined> {
    const call = apiCall('get', resource, ref);
    const answer = await this.send(call, { method: 'GET', path: objectPath(resource, ref) });
    return isAbsence(answer) ? undefined : (contentOf(call, answer, objectSchema) as unknown as T);
  }

  async list<T extends KubeObject>(resource: Resource<T>, scope: ListScope): Promise<readonly T[]> {
    const call = apiCall('list', resource, scope);
    const ask = (path: string): Promise<HttpAnswer> => this.send(call, { method: 'GET', path }, listMs);
    const { objects } = await readCollection(resource, scope, { ask, keep: (object) => object });
    return objects;
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    const path = collectionPath(resource, object.metadata.namespace);
    const body = typed(resource, object);
    return this.write(apiCall('create', resource, object.metadata), { method: 'POST', path, body });
  }

  replace<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    const path = objectPath(resource, object.metadata);
    const body = typed(resource, object);
    return this.write(apiCall('update', resource, object.metadata), { method: 'PUT', path, body });
  }

  patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly PatchOperation[],
    { subresource }: PatchOptions = {},
  ): Promise<T> {
    const path = subresourcePath(resource, ref, subresource);
    const contentType = 'application/json-patch+json';
    const request: HttpCall = { method: 'PATCH', path, body: operations, contentType };
    const isTested = operations.some(({ op }) => op === 'test');
    return this.write(apiCall('patch', resource, ref, subresource), request, isTested);
  }

  apply<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    { fieldManager, force = false, dryRun = false }: ApplyOptions,
  ): Promise<T> {
    const path = withQuery(objectPath(resource, object.metadata), {
      fieldManager,
      force: force ? 'true' : undefined,
      dryRun: dryRun ? 'All' : undefined,
    });
    // JSON is YAML, and the older API servers take it under no other name.
    const contentType = 'application/apply-patch+yaml';
    const request: HttpCall = { method: 'PATCH', path, body: typed(resource, object), contentType };
    return this.write(apiCall('patch', resource, object.metadata), request);
  }

  async delete<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    { propagation }: DeleteOptions = {},
  ): Promise<boolean> {
    const call = apiCall('delete', resource, ref);
    const path = withQuery(objectPath(resource, ref), { propagationPolicy: propagation });
    const answer = await this.send(call, { method: 'DELETE', path });
    if (isAbsence(answer)) return false;
    if (!isGood(answer)) throw statusError(call, answer);
    return true;
  }

  async podProxy(pod: PodPort, request: PodRequest): Promise<PodAnswer> {
    const { method, path, body, headers, timeoutMs = callMs } = request;
    const call = podProxyCall(pod, method);
    const passedOn: HttpCall = {
      ...{ method, path: podProxyPath(pod, path), body, silentMs: timeoutMs, mostBytes: mostPodBytes },
      ...(headers === undefined ? {} : { headers }),
    };
    const answer = await this.send(call, passedOn, timeoutMs);
    if (isRefusal(answer)) throw statusError(call, answer);
    return { status: answer.status, text: answer.text };
  }

  async isAllowed(call: ApiCall, serviceAccount?: ObjectRef): Promise<boolean> {
    const asked = reviewCall(serviceAccount);
    const review = accessReview(call, serviceAccount);
    const path = `/apis/${review.apiVersion}/${review.kind.toLowerCase()}s`;
    const answer = await this.send(asked, { method: 'POST', path, body: review });
    return contentOf(asked, answer, reviewSchema).status.allowed;
  }

  watch<T extends KubeObject>(resource: Resource<T>, scope: Scope, observer: Observer<T>): Watch {
    return new WatchLoop({ connection: this.connection, resource, scope, observer });
  }

  private async write<T>(call: ApiCall, request: HttpCall, isTested = false): Promise<T> {
    const answer = await this.send(call, request);
    return contentOf(call, answer, objectSchema, isTested) as unknown as T;
  }

  private async send(call: ApiCall, request: HttpCall, timeoutMs = callMs): Promise<HttpAnswer> {
    try {
      return await answerTo(this.connection, request, { timeoutMs });
    } catch (error) {
      throw callFailed('kube-unavailable', call, whyUnanswered(error), error);
    }
  }
}

function contentOf<S extends z.ZodType>(
  call: ApiCall,
  answer: HttpAnswer,
  schema: S,
  isTested = false,
): z.output<S> {
  if (!isGood(answer)) throw statusError(call, answer, isTested);
  try {
    return schema.parse(JSON.parse(answer.text));
  } catch (cause) {
    // A login page, a proxy's: something on the way has answered in the API server's place.
    throw callFailed('kube-unavailable', call, 'the answer is not one of an API server', cause);
  }
}

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function typed<T extends KubeObject>({ apiVersion, kind }: Resource<T>, object: T): T {
  return { apiVersion, kind, ...object };
}
