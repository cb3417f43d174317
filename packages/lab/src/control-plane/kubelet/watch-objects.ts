import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, ApiList, ApiObject } from '../api-client';

/** The objects of one kind as they are in the API, by uid. */
export interface Objects<T extends ApiObject> {
  readonly all: ReadonlyMap<string, T>;
  /** Answers when the first list is there. */
  readonly synced: Promise<void>;
  stop(): void;
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** From a failure to the next try: an API server that is killed is back within seconds. */
const retryMs = 200;

/**
 * Lists and then watches the objects below an API path, again after every failure.
 *
 * @param changed told of each change with the object's uid; `all` has it already
 */
export function watchObjects<T extends ApiObject>(
  client: ApiClient,
  path: string,
  changed: (uid: string) => void,
): Objects<T> {
  const all = new Map<string, T>();
  const stop = new AbortController();
  let tellSynced: () => void;
  const synced = new Promise<void>((resolve) => (tellSynced = resolve));

  const put = (object: T): void => {
    const { uid, resourceVersion } = object.metadata;
    if (all.get(uid)?.metadata.resourceVersion === resourceVersion) return;
    all.set(uid, object);
    changed(uid);
  };
  const remove = (uid: string): void => {
    if (all.delete(uid)) changed(uid);
  };
  const list = async (): Promise<string> => {
    const { items, metadata } = await client.call<ApiList<T>>('GET', path);
    const uids = new Set(items.map((item) => item.metadata.uid));
    for (const uid of all.keys()) if (!uids.has(uid)) remove(uid);
    items.forEach(put);
    tellSynced();
    return metadata.resourceVersion;
  };
  const follow = async (): Promise<void> => {
    const from = await list();
    const stream = await client.stream(`${path}?watch=true&resourceVersion=${from}`, stop.signal);
    for await (const line of createInterface(stream)) {
      const { type, object } = JSON.parse(line) as WatchEvent<T>;
      if (type === 'ERROR') return;
      if (type === 'DELETED') remove(object.metadata.uid);
      else if (type !== 'BOOKMARK') put(object);
    }
  };
  void (async () => {
    while (!stop.signal.aborted) {
      // Whatever it was, a list is the way back.
      await follow().catch(() => undefined);
      await delay(retryMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return { all, synced, stop: () => stop.abort() };
}
