import * as z from 'zod';
import { keyOf } from '../object-key';
import type { KubeObject, Resource } from '../resource';

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional(), resourceVersion: z.string().optional() }),
});

const listSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  items: z.array(objectSchema).nullish(),
});

const eventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: objectSchema.partial(),
});

/** `metav1.Status` */
const errorSchema = z.looseObject({ code: z.number().optional(), message: z.string().optional() });

/** What is followed, at a version of the collection from which a watch can go on. */
export interface WatchedObjects<T> {
  readonly objects: ReadonlyMap<string, T>;
  readonly resourceVersion: string;
}

/** What was known cannot be gone on from: the API server says so, or it was not understood. */
export class OutdatedError extends Error {
  /** @param isExpected that versions get too old is in the nature of a watch; the rest is worth a word */
  constructor(
    message: string,
    readonly isExpected: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** HTTP 410 Gone. */
const tooOld = 410;

/** Reads a list. Objects in it have no kind of their own. */
export function listed<T extends KubeObject>(resource: Resource<T>, text: string): WatchedObjects<T> {
  const { metadata, items } = understood(listSchema, text);
  const { apiVersion, kind } = resource;
  const objects = new Map<string, T>();
  for (const item of items ?? []) {
    const object = kept(resource, { apiVersion, kind, ...item } as unknown as T);
    objects.set(keyOf(resource, object.metadata), object);
  }
  return { objects, resourceVersion: metadata.resourceVersion };
}

/**
 * Takes in one line of a watch.
 *
 * @throws OutdatedError
 */
export function afterEvent<T extends KubeObject>(
  resource: Resource<T>,
  { objects, resourceVersion }: WatchedObjects<T>,
  line: string,
): WatchedObjects<T> {
  const { type, object } = understood(eventSchema, line);
  if (type === 'ERROR') {
    const { code, message = 'the watch has failed' } = errorSchema.parse(object);
    throw new OutdatedError(message, code === tooOld);
  }
  const version = object.metadata?.resourceVersion ?? resourceVersion;
  if (type === 'BOOKMARK') return { objects, resourceVersion: version };
  if (object.metadata?.name === undefined) throw new OutdatedError('an event without a name', false);
  const changed = kept(resource, object as unknown as T);
  const next = new Map(objects);
  if (type === 'DELETED') next.delete(keyOf(resource, changed.metadata));
  else next.set(keyOf(resource, changed.metadata), changed);
  return { objects: next, resourceVersion: version };
}

function kept<T extends KubeObject>({ labelsOnly, apiVersion, kind }: Resource<T>, object: T): T {
  if (labelsOnly !== true) return object;
  const { name, namespace, uid, resourceVersion, labels } = object.metadata;
  const metadata = {
    ...{ name, uid, resourceVersion },
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
  };
  return { apiVersion, kind, metadata } as unknown as T;
}

function understood<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OutdatedError('the answer is not understood', false, { cause });
  }
}
