import * as z from 'zod';
import { accessErrors } from './access-errors';
import { newPrivateJwk, privateJwk, publicJwkOf, type PrivateJwk } from './ed25519-jwk';
import { invalidKeys } from './invalid-keys';
import { mostKeys, PublicKeys } from './public-keys';
import { tokenSecret } from './token-places';

/** One key of a ring, without what is secret of it. */
interface RingKey {
  /** The thumbprint of the key (RFC 7638). */
  readonly kid: string;
  readonly created: Date;
}

/** The document of the Secret. */
interface KeyRingDocument {
  readonly keys: readonly (PrivateJwk & { readonly kid: string; readonly created: string })[];
}

/** As the API has a Secret: values in Base64. */
interface KeySecret {
  readonly data?: Readonly<Record<string, string>>;
}

interface Held extends RingKey {
  readonly jwk: PrivateJwk;
}

const ringDocument = z.object({
  keys: z
    .array(z.object({ created: z.iso.datetime() }).and(privateJwk))
    .min(1, 'must have at least one key')
    .max(mostKeys),
});

/**
 * The keys that sign tokens: the first signs, all are published. A rotation is `withNext`, then the new public keys
 * brought to every agent, then `promoted`, then, when the last token of the old key has expired, `pruned`.
 */
export class KeyRing {
  // Behind #, so that neither a log nor JSON.stringify ever shows one.
  readonly #keys: readonly [Held, ...Held[]];

  private constructor(keys: readonly [Held, ...Held[]]) {
    this.#keys = keys;
  }

  /** A ring with one new key. */
  static generate(now: Date): KeyRing {
    return new KeyRing([held(newPrivateJwk(), now)]);
  }

  /**
   * Reads the document of the Secret. What it says of `kid` does not count: that is the thumbprint.
   *
   * @throws PodlagError `invalid-keys`
   */
  static parse(document: unknown, field?: string): KeyRing {
    const result = ringDocument.safeParse(document);
    if (!result.success) throw invalidKeys(result.error, field);
    const [first, ...rest] = result.data.keys.map(({ created, kty, crv, x, d }) =>
      held({ kty, crv, x, d }, new Date(created)),
    );
    if (first === undefined) throw new Error('the schema lets no ring through that has no key');
    return new KeyRing([first, ...rest]);
  }

  /**
   * Reads the ring out of its Secret; undefined where it holds none yet.
   *
   * @throws PodlagError `invalid-keys`, which names places and never what stands there
   */
  static fromSecret(secret: KeySecret | undefined): KeyRing | undefined {
    const value = secret?.data?.[tokenSecret.key];
    if (value === undefined || value === '') return undefined;
    return KeyRing.parse(jsonIn(value), tokenSecret.key);
  }

  /** What `parse` reads. Secret. */
  document(): KeyRingDocument {
    return {
      keys: this.#keys.map(({ kid, created, jwk }) => ({ kid, created: created.toISOString(), ...jwk })),
    };
  }

  /** The public half of every key: what agents are to have. */
  get publicKeys(): PublicKeys {
    return PublicKeys.parse({ keys: this.#keys.map(({ jwk: { x } }) => publicJwkOf(x)) });
  }

  /** In order: the first signs. */
  get keys(): readonly RingKey[] {
    return this.#keys.map(({ kid, created }) => ({ kid, created }));
  }

  /** Whether a newer key than the one that signs waits to be promoted. */
  get hasNext(): boolean {
    return this.#newest !== this.#keys[0];
  }

  /** The key that signs. Secret. */
  get signing(): { readonly kid: string; readonly jwk: PrivateJwk } {
    return this.#keys[0];
  }

  /** With a new key, published but not signing: agents have to learn of it first. */
  withNext(now: Date): KeyRing {
    // Strictly newer than the others, whatever the clock says: that is how `promoted` knows it.
    const created = new Date(Math.max(now.getTime(), this.#newest.created.getTime() + 1));
    return new KeyRing([...this.#keys, held(newPrivateJwk(), created)]);
  }

  /** The newest key signs; the others are still published. */
  promoted(): KeyRing {
    const newest = this.#newest;
    return new KeyRing([newest, ...this.#keys.filter((key) => key !== newest)]);
  }

  /** Without the keys that are older than the one that signs. One that waits to be promoted stays. */
  pruned(): KeyRing {
    const [first, ...rest] = this.#keys;
    return new KeyRing([first, ...rest.filter(({ created }) => created > first.created)]);
  }

  get #newest(): Held {
    return this.#keys.reduce((newest, key) => (key.created > newest.created ? key : newest));
  }
}

/** JSON.parse quotes what it has read in its error: that one goes no further, also not as a cause. */
function jsonIn(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    throw accessErrors.error('invalid-keys', `${tokenSecret.key}: not JSON`, { field: tokenSecret.key });
  }
}

function held(jwk: PrivateJwk, created: Date): Held {
  return { kid: publicJwkOf(jwk.x).kid, created, jwk };
}
