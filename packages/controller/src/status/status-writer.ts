import { Backoff, isPodlagError, type Clock, type Logger } from '@podlag/core';
import type { KubeApi, KubeObject, Resource } from '@podlag/kube';
import { isDeepStrictEqual } from 'node:util';
import { problemOf } from '../dispatch/problem-of';
import { Slots } from '../dispatch/slots';
import { isNewerVersion } from '../world/resource-version';
import type { AnyStatus } from './object-status';

/** An object with a status of ours. */
export type StatusObject = KubeObject & { readonly status?: AnyStatus };

/** The object that a status is of. */
export interface StatusPlace {
  readonly key: string;
  readonly resource: Resource<StatusObject>;
  readonly namespace: string;
  readonly name: string;
  /** A status is for this object, and for none that has taken its name. */
  readonly uid: string;
  /** As it was last heard of, which may be older than what was written last. */
  readonly status: AnyStatus | undefined;
  /** Of the object when it had that status. */
  readonly resourceVersion: string | undefined;
}

/** What a StatusWriter needs. */
export interface StatusWriterParts {
  readonly api: Pick<KubeApi, 'patch'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether this controller leads for sure. Until it does again what is wanted waits. */
  readonly mayWrite: () => boolean;
}

/** Between two writes of one object's status, in milliseconds. */
export const leastPauseMs = 1_000;
/** The same when its phase is another: that is what is waited for. */
export const leastPhasePauseMs = 200;
const atOnce = 8;

interface Entry {
  readonly uid: string;
  wanted: AnyStatus;
  /** What is there as far as is known: what was written, or heard of since. */
  written: AnyStatus | undefined;
  /** The same as the API server has it. */
  stored: AnyStatus | undefined;
  /** The resourceVersion of that. */
  version: string | undefined;
  isInFlight: boolean;
  writing: Promise<void>;
  /** What is not written now: nothing but another phase, or nothing at all. */
  pause: 'none' | 'but-phase' | 'all';
  readonly backoff: Backoff;
  cancel: () => void;
}

type Pause = readonly [Exclude<Entry['pause'], 'none'>, number];

const pauses: readonly Pause[] = [
  ['all', leastPhasePauseMs],
  ['but-phase', leastPauseMs - leastPhasePauseMs],
];

/**
 * Writes statuses where they differ from what is there, each object's once in a second at most but for its phase. What another
 * has written over them is written over again: a leader of before may still have had a write on its way.
 */
export class StatusWriter {
  readonly #entries = new Map<string, Entry>();
  readonly #slots = new Slots(atOnce);

  constructor(private readonly parts: StatusWriterParts) {}

  /** The status that the object has, or will have as soon as it is written. */
  lastOf({ key, uid, status }: StatusPlace): AnyStatus | undefined {
    const entry = this.#entries.get(key);
    return entry?.uid === uid ? entry.wanted : status;
  }

  /** From now on the object is to have this status. */
  want(place: StatusPlace, status: AnyStatus): void {
    const entry = this.#entryOf(place, status);
    entry.wanted = status;
    if (isNews(entry, place)) know(entry, place.status, place);
    this.#step(place, entry);
  }

  /**
   * Whether what was heard of the object says that somebody else has written its status after this one; true where it is this
   * one's to write, and was not wanted yet.
   */
  isOverwritten(place: StatusPlace): boolean {
    const entry = this.#entries.get(place.key);
    if (entry?.uid !== place.uid) return this.parts.mayWrite();
    return isNews(entry, place) && !isSame(place.status, entry.wanted);
  }

  /**
   * Writes it at once and waits for it: what follows depends on it.
   *
   * @returns whether it counts: not where this may not write, or may not have any more when it was written
   * @throws PodlagError of KubeApi.patch
   */
  async writeNow(place: StatusPlace, status: AnyStatus): Promise<boolean> {
    if (!this.parts.mayWrite()) return false;
    const entry = this.#entryOf(place, status);
    // One after the other: the API server would take them in any order.
    await entry.writing;
    if (!this.#isCurrent(place, entry) || !this.parts.mayWrite()) return false;
    entry.isInFlight = true;
    try {
      await this.#write(place, entry, status);
      // What came meanwhile was made without knowing of it.
      entry.wanted = status;
      return this.#isCurrent(place, entry);
    } finally {
      entry.isInFlight = false;
      this.#step(place, entry);
    }
  }

  /** Objects that are no more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const [key, { cancel }] of this.#entries) {
      if (keys.has(key)) continue;
      cancel();
      this.#entries.delete(key);
    }
  }

  close(): void {
    this.keepOnly(new Set());
  }

  /** Whether the object is there still, and this has not been closed. */
  #isCurrent({ key }: StatusPlace, entry: Entry): boolean {
    return this.#entries.get(key) === entry;
  }

  #entryOf({ key, uid, status, resourceVersion }: StatusPlace, wanted: AnyStatus): Entry {
    const present = this.#entries.get(key);
    if (present?.uid === uid) return present;
    present?.cancel();
    const entry: Entry = {
      ...{ uid, wanted, written: status, stored: status, version: resourceVersion },
      ...{ isInFlight: false, pause: 'none' },
      writing: Promise.resolve(),
      backoff: new Backoff({ firstMs: leastPauseMs }),
      cancel: () => undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #step(place: StatusPlace, entry: Entry): void {
    if (entry.isInFlight || isPausing(entry) || !this.#isCurrent(place, entry)) return;
    if (isSame(entry.wanted, entry.written)) return;
    entry.isInFlight = true;
    entry.cancel();
    entry.writing = this.#slots
      .run(() => this.#attempt(place, entry))
      .then((failurePauseMs) => {
        entry.isInFlight = false;
        if (failurePauseMs !== undefined) this.#pause(place, entry, [['all', failurePauseMs]]);
        else this.#pause(place, entry, pauses);
      });
  }

  /** One pause after the other. */
  #pause(place: StatusPlace, entry: Entry, [first, ...others]: readonly Pause[]): void {
    if (!this.#isCurrent(place, entry)) return;
    entry.pause = first?.[0] ?? 'none';
    if (first !== undefined)
      entry.cancel = this.parts.clock.after(first[1], () => this.#pause(place, entry, others));
    this.#step(place, entry);
  }

  /** How long to wait before the next where it has failed, in milliseconds. */
  async #attempt(place: StatusPlace, entry: Entry): Promise<number | undefined> {
    if (!this.#isCurrent(place, entry)) return undefined;
    if (!this.parts.mayWrite()) return leastPauseMs;
    try {
      await this.#write(place, entry, entry.wanted);
      entry.backoff.reset();
      return undefined;
    } catch (error) {
      // Gone, or another of its name: the watch will tell.
      const isGone = isPodlagError(error, 'kube-not-found') || isPodlagError(error, 'kube-conflict');
      if (!isGone)
        this.parts.logger.warn(
          { object: place.key, ...problemOf(error) },
          'status: not written, tried again',
        );
      return Math.max(leastPauseMs, entry.backoff.next());
    }
  }

  async #write(
    { resource, namespace, name, uid }: StatusPlace,
    entry: Entry,
    status: AnyStatus,
  ): Promise<void> {
    const { metadata, status: stored } = await this.parts.api.patch(
      resource,
      { namespace, name },
      [
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'add', path: '/status', value: plain(status) },
      ],
      { subresource: 'status' },
    );
    // A watch may have told of a later version before this answer came.
    if (isNewerVersion(entry.version, metadata.resourceVersion)) return;
    know(entry, status, { status: stored, resourceVersion: metadata.resourceVersion });
  }
}

/** Whether somebody else has changed the status since it was written or heard of. */
function isNews({ version, stored }: Entry, { resourceVersion, status }: StatusPlace): boolean {
  return isNewerVersion(resourceVersion, version) && !isSame(status, stored);
}

function know(
  entry: Entry,
  written: AnyStatus | undefined,
  { status, resourceVersion }: Pick<StatusPlace, 'status' | 'resourceVersion'>,
): void {
  entry.written = written;
  entry.stored = status;
  entry.version = resourceVersion;
}

function isSame(one: AnyStatus | undefined, other: AnyStatus | undefined): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

function isPausing({ pause, wanted, written }: Entry): boolean {
  return pause === 'all' || (pause === 'but-phase' && wanted.phase === written?.phase);
}

/** As it comes back from the API server. */
function plain(status: AnyStatus | undefined): unknown {
  return status === undefined ? undefined : (JSON.parse(JSON.stringify(status)) as unknown);
}
