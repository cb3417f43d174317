import type { Outcome } from '../desired/outcome';
import type { Leftovers } from './tally';

/** What each object has ever asked agents for, so that what is left of it is known as its own when it asks for nothing. */
export class AskedNames {
  #names: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  /** What objects ask for now, by object key. Those that are no more are forgotten. */
  learn(outcomes: ReadonlyMap<string, Outcome>): void {
    this.#names = new Map(
      [...outcomes].map(([key, { plannedNames }]) => {
        const before = this.#names.get(key) ?? [];
        return [key, new Set([...before, ...[...plannedNames.values()].flat()])];
      }),
    );
  }

  /**
   * What of the leftovers of all agents is the object's own. Names tell objects of one namespace apart, and an object
   * concerns pods of its own namespace alone.
   */
  leftOf(objectKey: string, leftovers: Leftovers): Leftovers {
    const names = this.#names.get(objectKey);
    if (names === undefined || leftovers.size === 0) return new Map();
    const [, namespace = ''] = objectKey.split('/');
    const own = [...leftovers].flatMap(([pod, all]) => {
      const left = pod.startsWith(`${namespace}/`) ? all.filter((name) => names.has(name)) : [];
      return left.length === 0 ? [] : [[pod, left] as const];
    });
    return new Map(own.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
