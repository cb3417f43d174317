import * as z from 'zod';
import { kept } from '../kept';
import { keyOf } from '../object-key';
import type { KubeObject, Resource } from '../resource';
import type { Collection } from './collection';

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional(), resourceVersion: z.string().optional() }),
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

/** What a list has told. */
export function followedFrom<T extends KubeObject>(
  resource: Resource<T>,
  { objects, resourceVersion }: Collection<T>,
): WatchedObjects<T> {
  return {
    objects: new Map(objects.map((object) => [keyOf(resource, object.metadata), object])),
    resourceVersion,
  };
}

/**
 * Takes in lines of a watch. There is one new map for all of them: where thousands of objects change at once, to copy it
 * for each is most of the work.
 *
 * @throws OutdatedError
 */
export function afterEvents<T extends KubeObject>(
  resource: Resource<T>,
  known: WatchedObjects<T>,
  lines: readonly string[],
): WatchedObjects<T> {
  const objects = new Map(known.objects);
  let { resourceVersion } = known;
  let isChanged = false;
  for (const line of lines) {
    const event = read(line);
    resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion;
    if (event.type === 'BOOKMARK') continue;
    take(resource, objects, event);
    isChanged = true;
  }
  return { objects: isChanged ? objects : known.objects, resourceVersion };
}

type Event = z.output<typeof eventSchema>;

function read(line: string): Event {
  const event = understood(eventSchema, line);
  if (event.type !== 'ERROR') return event;
  const { code, message = 'the watch has failed' } = errorSchema.parse(event.object);
  throw new OutdatedError(message, code === tooOld);
}

function take<T extends KubeObject>(
  resource: Resource<T>,
  objects: Map<string, T>,
  { type, object }: Event,
): void {
  if (object.metadata?.name === undefined) throw new OutdatedError('an event without a name', false);
  const changed = kept(resource, object as unknown as T);
  const key = keyOf(resource, changed.metadata);
  if (type === 'DELETED') objects.delete(key);
  else objects.set(key, changed);
}

function understood<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OutdatedError('the answer is not understood', false, { cause });
  }
}
