import { isPodlagError, type Clock, type Logger } from '@podlag/core';
import type { KubeApi, KubeObject, Resource, Scope, Watch } from '@podlag/kube';
import { isDeepStrictEqual } from 'node:util';

/** What a Feed needs. */
export interface FeedParts {
  readonly api: KubeApi;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly onChange: () => void;
}

/** True where the difference between two lists of objects of a kind matters to nobody. */
export type IsSame<T> = (before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>) => boolean;

/** Statuses are the controller's own word: what it writes is no news to it. */
export const isSameSpec: IsSame<KubeObject> = (before, now) =>
  before.size === now.size &&
  [...now].every(([key, { metadata }]) => {
    const known = before.get(key)?.metadata;
    return (
      known?.uid === metadata.uid &&
      known?.generation === metadata.generation &&
      known?.deletionTimestamp === metadata.deletionTimestamp
    );
  });

/** What of an object is used decides, and nothing else of it: nodes tell that they are alive, and pods what their kubelets see. */
export function isSameBy<T>(used: (object: T) => unknown): IsSame<T> {
  return (before, now) => {
    if (before.size !== now.size) return false;
    for (const [key, object] of now) {
      const known = before.get(key);
      if (known === object) continue;
      if (known === undefined || !isDeepStrictEqual(used(known), used(object))) return false;
    }
    return true;
  };
}

/** All objects of a kind, as they were last heard of. While nothing is heard they are what they were. */
export class Feed<T extends KubeObject> {
  #objects: ReadonlyMap<string, T> | undefined;
  #silence: { readonly since: number; readonly problem: string } | undefined;
  readonly #watch: Watch;

  constructor(
    private readonly resource: Resource<T>,
    scope: Scope,
    parts: FeedParts & { readonly isSame?: IsSame<T> },
  ) {
    this.#watch = parts.api.watch(resource, scope, {
      changed: (objects) => {
        if (this.#silence !== undefined) parts.logger.info({ kind: resource.kind }, 'watch: heard again');
        this.#silence = undefined;
        const before = this.#objects;
        this.#objects = objects;
        if (before === undefined || parts.isSame?.(before, objects) !== true) parts.onChange();
      },
      failed: (problem) => this.#failed(problem, parts),
    });
  }

  /** By name, or `namespace/name`. Empty before the first news. */
  get objects(): ReadonlyMap<string, T> {
    return this.#objects ?? new Map<string, T>();
  }

  /** Why nothing can be decided on it yet; undefined when it has been read once. */
  get blocker(): string | undefined {
    if (this.#objects !== undefined) return undefined;
    return `${this.resource.plural} are not read yet${this.#silence === undefined ? '' : `: ${this.#silence.problem}`}`;
  }

  /** Why nothing new is heard just now, and since when. */
  get silence(): string | undefined {
    if (this.#silence === undefined) return undefined;
    const { since, problem } = this.#silence;
    return `nothing heard of ${this.resource.plural} since ${new Date(since).toISOString()}: ${problem}`;
  }

  close(): void {
    this.#watch.close();
  }

  #failed(problem: Error, { clock, logger }: FeedParts): void {
    const { message } = problem;
    // It is tried again and again, and says the same for as long as it lasts.
    if (message !== this.#silence?.problem) {
      const hint = isPodlagError(problem) ? problem.hint : undefined;
      logger.warn({ kind: this.resource.kind, problem: message, hint }, 'watch: nothing is heard');
    }
    this.#silence = { since: this.#silence?.since ?? clock.now(), problem: message };
  }
}
