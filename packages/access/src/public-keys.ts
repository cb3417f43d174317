import * as z from 'zod';
import { publicJwk, type PublicJwk } from './ed25519-jwk';
import { invalidKeys } from './invalid-keys';

/** Rotation needs two, or three when one follows another closely. More would only cost memory in each agent. */
export const mostKeys = 16;

const jwks = z.object({ keys: z.array(publicJwk).min(1, 'must have at least one key').max(mostKeys) });

/** The keys by which an agent knows good tokens. */
export class PublicKeys {
  readonly #keys: ReadonlyMap<string, PublicJwk>;

  private constructor(keys: readonly PublicJwk[]) {
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
  }

  /**
   * Reads a JWK Set (RFC 7517, 5): 1 to 16 Ed25519 keys; a `kid` may be absent, and is the thumbprint (RFC 7638) in any case.
   *
   * @throws PodlagError `invalid-keys`, also for a private key, which has no place there
   */
  static parse(document: unknown, field?: string): PublicKeys {
    const result = jwks.safeParse(document);
    if (!result.success) throw invalidKeys(result.error, field);
    return new PublicKeys(result.data.keys);
  }

  /** The JWK Set, which `parse` reads. */
  document(): { readonly keys: readonly PublicJwk[] } {
    return { keys: [...this.#keys.values()] };
  }

  has(kid: string): boolean {
    return this.#keys.has(kid);
  }

  /** The key called `kid`, or undefined. */
  get(kid: string): PublicJwk | undefined {
    return this.#keys.get(kid);
  }
}
