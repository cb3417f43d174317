import type { Cidr, PlannedFault, Target } from '@podlag/core';

/** Values by what they are made of. What was not asked for between two turns is forgotten. */
class Kept<T> {
  #last = new Map<string, T>();
  #current = new Map<string, T>();

  turn(): void {
    this.#last = this.#current;
    this.#current = new Map();
  }

  get(key: string, make: () => T): T {
    const known = this.#current.get(key);
    if (known !== undefined) return known;
    const value = this.#last.get(key) ?? make();
    this.#current.set(key, value);
    return value;
  }
}

/**
 * What one call of `desired` leaves to the next: equal targets, planned faults and plans are one object, within a call and
 * from call to call, so that whoever prints them does it once. Belongs to one sequence of calls.
 */
export class DesiredMemory {
  readonly #lists = new Kept<string>();
  readonly #listOf = new WeakMap<ReadonlySet<string>, string>();
  readonly #blocks = new Kept<readonly Cidr[]>();
  readonly #targets = new Kept<readonly Target[]>();
  readonly #faults = new Kept<PlannedFault>();
  readonly #plans = new Kept<readonly PlannedFault[]>();
  readonly #identities = new WeakMap<object, number>();
  #lastNumber = 0;

  /** Before each computation. */
  turn(): void {
    for (const kept of [this.#lists, this.#blocks, this.#targets, this.#faults, this.#plans]) kept.turn();
  }

  /** Short, and the same for equal sets; found at once for a set that was seen before. */
  addressesKey(addresses: ReadonlySet<string>): string {
    const known = this.#listOf.get(addresses);
    if (known !== undefined) return known;
    const key = this.#lists.get([...addresses].sort().join(','), () => `#${this.#nextNumber()}`);
    this.#listOf.set(addresses, key);
    return key;
  }

  blocks(key: string, make: () => readonly Cidr[]): readonly Cidr[] {
    return this.#blocks.get(key, make);
  }

  targets(key: string, make: () => readonly Target[]): readonly Target[] {
    return this.#targets.get(key, make);
  }

  fault(key: string, make: () => PlannedFault): PlannedFault {
    return this.#faults.get(key, make);
  }

  plan(faults: readonly PlannedFault[]): readonly PlannedFault[] {
    return this.#plans.get(faults.map((fault) => this.identityOf(fault)).join(' '), () => faults);
  }

  /** A number that stands for this object in a key. */
  identityOf(value: object): number {
    const known = this.#identities.get(value);
    if (known !== undefined) return known;
    const identity = this.#nextNumber();
    this.#identities.set(value, identity);
    return identity;
  }

  #nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }
}
