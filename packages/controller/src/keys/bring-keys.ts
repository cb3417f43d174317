import { KeyRing, signToken } from '@podlag/access';
import type { AgentKeys } from '@podlag/client';
import type { AgentHolder } from '../dispatch/dispatcher';
import { assertGiven } from '../dispatch/generations';

/**
 * What became of bringing the keys to an agent: it has them; it is in open mode and needs none; or it knows none of the
 * ring's keys, and so takes nothing from whoever signs with them.
 */
export type Brought = 'has' | 'needs-none' | 'lost';

/** An agent that is to know the keys. */
export type KeyHolder = AgentHolder;

/**
 * Brings the public keys of the ring to one agent. Signed with a key that it knows, which need not be the one that signs
 * now: a pod may have been made before that was there, and be reached only now.
 *
 * @throws PodlagError what the agent answers; `strange-generation` where there can be no higher one
 */
export async function bringKeys(agent: KeyHolder, ring: KeyRing, now: Date): Promise<Brought> {
  const held = await agent.client.keys();
  const { keys } = ring.publicKeys.document();
  if (held.keys.length === 0) return 'needs-none';
  const kids = kidsIn(held);
  if (kids.size === keys.length && keys.every(({ kid }) => kids.has(kid))) return 'has';
  const signer = signedByOneOf(ring, kids);
  if (signer === undefined) return 'lost';
  assertGiven(held.generation);
  const { namespace, name } = agent;
  const client = agent.clientWith(() => signToken(signer, { namespace, pods: [name], keys: true }, { now }));
  // Above what it holds, whoever has written that: the Secret says what is right.
  await client.putKeys({ generation: held.generation + 1, keys });
  return 'has';
}

function kidsIn({ keys }: AgentKeys): ReadonlySet<unknown> {
  return new Set(keys.map(({ kid }) => kid));
}

/** The ring with the first key of it that is known there in front, so that this one signs. */
function signedByOneOf(ring: KeyRing, kids: ReadonlySet<unknown>): KeyRing | undefined {
  const { keys } = ring.document();
  const signing = keys.find(({ kid }) => kids.has(kid));
  if (signing === undefined) return undefined;
  return KeyRing.parse({ keys: [signing, ...keys.filter((key) => key !== signing)] });
}
