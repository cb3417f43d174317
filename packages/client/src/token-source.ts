import { signToken, type KeyRing, type TokenScope } from '@podlag/access';
import type { Clock } from '@podlag/core';

/** As long as a token is valid, in seconds. */
const lifeSeconds = 300;
/** A token that ends sooner is not handed out: the call that it is for takes time as well. */
const restMs = 60_000;
/** For so long who has no key is not asked again: a thousand agents in open mode would be as many reads of a Secret. */
const withoutKeysMs = 10_000;

interface Held {
  readonly token: Promise<string | undefined>;
  /** In milliseconds since the epoch. */
  readonly until: number;
}

/** Tokens for the agents, signed when they are needed and kept until 60 s before they end. */
export class TokenSource {
  readonly #readRing: () => Promise<KeyRing | undefined>;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  /** @param readRing the private keys as they are now; undefined where there are none, as in open mode */
  constructor(readRing: () => Promise<KeyRing | undefined>, clock: Clock) {
    this.#readRing = readRing;
    this.#clock = clock;
  }

  /**
   * A token of that scope; undefined where there are no keys.
   *
   * @throws what `readRing` throws
   */
  tokenFor(scope: TokenScope): Promise<string | undefined> {
    const now = this.#clock.now();
    const name = nameOf(scope);
    const held = this.#held.get(name);
    if (held !== undefined && now < held.until) return held.token;
    this.#forgetEnded(now);
    const token = this.#sign(scope, now);
    this.#held.set(name, { token, until: now + lifeSeconds * 1000 - restMs });
    token.then(
      (signed) => signed === undefined && this.#keepBriefly(name, token, now),
      () => this.#keepBriefly(name, token, now),
    );
    return token;
  }

  /** Signs anew from now on: the keys have changed. */
  forget(): void {
    this.#held.clear();
  }

  async #sign(scope: TokenScope, now: number): Promise<string | undefined> {
    const ring = await this.#readRing();
    return ring && signToken(ring, scope, { now: new Date(now), lifeSeconds });
  }

  #keepBriefly(name: string, token: Held['token'], now: number): void {
    if (this.#held.get(name)?.token === token) this.#held.set(name, { token, until: now + withoutKeysMs });
  }

  #forgetEnded(now: number): void {
    for (const [name, { until }] of this.#held) if (until <= now) this.#held.delete(name);
  }
}

/** Equal scopes have equal names, in whatever order the pods were given. */
function nameOf({ namespace, pods, keys }: TokenScope): string {
  return JSON.stringify([namespace, pods?.toSorted() ?? null, keys ?? false]);
}
