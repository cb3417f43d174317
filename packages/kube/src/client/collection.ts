import * as z from 'zod';
import { apiCall, type ApiCall } from '../api-call';
import type { Scope } from '../kube-api';
import { callFailed } from '../kube-errors';
import type { KubeObject, Resource } from '../resource';
import type { HttpAnswer } from './http-call';
import { scopePath } from './resource-path';
import { statusError } from './status-error';

/** The objects of a kind, at one version. */
export interface Collection<T> {
  readonly objects: readonly T[];
  readonly resourceVersion: string;
}

/** How a collection is read. */
export interface Reading<T> {
  /** Sends a GET of the path. */
  readonly ask: (path: string) => Promise<HttpAnswer>;
  /** What to hold on to of each object. A page is forgotten before the next one comes. */
  readonly keep: (object: T) => T;
}

/** What client-go asks for at a time. */
const pageSize = '500';
/** HTTP 410 Gone: the version that the first page was of is compacted away. */
const tooOld = 410;

const pageSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z
    .array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) }))
    .nullish()
    .transform((items) => items ?? []),
});

/**
 * Reads all objects in scope, page by page.
 *
 * @throws PodlagError, and whatever `ask` throws
 */
export async function readCollection<T extends KubeObject>(
  resource: Resource<T>,
  scope: Scope,
  { ask, keep }: Reading<T>,
): Promise<Collection<T>> {
  const call = apiCall('list', resource, scope);
  const { apiVersion, kind } = resource;
  const limit = scope.name === undefined ? pageSize : undefined;
  let objects: T[] = [];
  let next: string | undefined;
  let answer = await ask(scopePath(resource, scope, { limit }));
  for (;;) {
    // It took so long that the rest is of another time. In one piece it comes whole, however large it is.
    if (answer.status === tooOld && next !== undefined) {
      objects = [];
      answer = await ask(scopePath(resource, scope));
    }
    const { items, metadata } = pageOf(call, answer);
    // Objects in a list have no kind of their own.
    for (const item of items) objects.push(keep({ apiVersion, kind, ...item } as unknown as T));
    next = metadata.continue;
    if (next === undefined || next === '') return { objects, resourceVersion: metadata.resourceVersion };
    answer = await ask(scopePath(resource, scope, { limit, continue: next }));
  }
}

function pageOf(call: ApiCall, answer: HttpAnswer): z.output<typeof pageSchema> {
  if (answer.status !== 200) throw statusError(call, answer);
  try {
    return pageSchema.parse(JSON.parse(answer.text));
  } catch (cause) {
    throw callFailed('kube-unavailable', call, 'the answer is not one of an API server', cause);
  }
}
