import type { Clock } from '@podlag/core';
import type { KubeApi, KubeObject, ObjectRef, Resource, Watch } from '@podlag/kube';

/** What is known of an object of the API. */
export type Known<T> =
  { readonly kind: 'unread' } | { readonly kind: 'missing' } | { readonly kind: 'found'; readonly object: T };

/** Which object to follow, and whom to tell. */
export interface FollowParts<T extends KubeObject> {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly resource: Resource<T>;
  readonly ref: ObjectRef;
  /** Told of all that the watch says, and when it falls silent. */
  readonly onNews: () => void;
}

/** One object of the API by its name, as it was last heard of. */
export class FollowedObject<T extends KubeObject> {
  private readonly watch: Watch;
  private latest: Known<T> = { kind: 'unread' };
  private silent: { readonly since: Date; readonly problem: string } | undefined;

  constructor(private readonly parts: FollowParts<T>) {
    const { api, resource, ref, clock, onNews } = parts;
    this.watch = api.watch(resource, ref, {
      changed: (objects) => {
        this.silent = undefined;
        this.latest = knownOf([...objects.values()][0]);
        onNews();
      },
      failed: ({ message }) => {
        this.silent = { since: this.silent?.since ?? new Date(clock.now()), problem: message };
        onNews();
      },
    });
  }

  /** Not always the newest: the watch may tell later what a call has told already. A write then meets a conflict. */
  get known(): Known<T> {
    return this.latest;
  }

  /** Why nothing new is heard, and since when. */
  get silence(): string | undefined {
    if (this.silent === undefined) return undefined;
    return `${this.label}: nothing heard since ${this.silent.since.toISOString()}: ${this.silent.problem}`;
  }

  /** `Secret podlag-system/podlag-injector-certs` */
  get label(): string {
    const { resource, ref } = this.parts;
    return `${resource.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
  }

  /** What a write gave back. */
  written(object: T): void {
    this.latest = { kind: 'found', object };
  }

  /**
   * Asks the API server, which answers with the newest there is, unlike a watch.
   *
   * @throws PodlagError
   */
  async read(): Promise<Known<T>> {
    const { api, resource, ref } = this.parts;
    this.latest = knownOf(await api.get(resource, ref));
    return this.latest;
  }

  close(): void {
    this.watch.close();
  }
}

function knownOf<T>(object: T | undefined): Known<T> {
  return object === undefined ? { kind: 'missing' } : { kind: 'found', object };
}
