import * as z from 'zod';
import { apiCall, versionCall, type ApiCall } from '../api-call';
import type { KubeApi, Observer, PatchOperation, Scope, ServerVersion, Watch } from '../kube-api';
import { callFailed } from '../kube-errors';
import type { KubeObject, ObjectRef, Resource } from '../resource';
import type { Connection } from './connection';
import { answerTo, whyUnanswered, type HttpAnswer, type HttpCall } from './http-call';
import { collectionPath, objectPath } from './resource-path';
import { isAbsence, statusError } from './status-error';
import { WatchLoop } from './watch-loop';

/** How long any one call may take, in milliseconds. */
const callMs = 10_000;

/** `36`; some distributions have `36+`. */
const leadingNumber = z
  .string()
  .regex(/^[0-9]+/)
  .transform((text) => Number.parseInt(text, 10));

const versionSchema = z.object({ major: leadingNumber, minor: leadingNumber });

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
  ): Promise<T> {
    const path = objectPath(resource, ref);
    const contentType = 'application/json-patch+json';
    const request: HttpCall = { method: 'PATCH', path, body: operations, contentType };
    const isTested = operations.some(({ op }) => op === 'test');
    return this.write(apiCall('patch', resource, ref), request, isTested);
  }

  watch<T extends KubeObject>(resource: Resource<T>, scope: Scope, observer: Observer<T>): Watch {
    return new WatchLoop({ connection: this.connection, resource, scope, observer });
  }

  private async write<T>(call: ApiCall, request: HttpCall, isTested = false): Promise<T> {
    const answer = await this.send(call, request);
    return contentOf(call, answer, objectSchema, isTested) as unknown as T;
  }

  private async send(call: ApiCall, request: HttpCall): Promise<HttpAnswer> {
    try {
      return await answerTo(this.connection, request, { timeoutMs: callMs });
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
  if (answer.status < 200 || answer.status >= 300) throw statusError(call, answer, isTested);
  try {
    return schema.parse(JSON.parse(answer.text));
  } catch (cause) {
    // A login page, a proxy's: something on the way has answered in the API server's place.
    throw callFailed('kube-unavailable', call, 'the answer is not one of an API server', cause);
  }
}

function typed<T extends KubeObject>({ apiVersion, kind }: Resource<T>, object: T): T {
  return { apiVersion, kind, ...object };
}
