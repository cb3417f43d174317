import { isPodlagError } from '@podlag/core';
import { KeyRing, podlagNamespace, signToken, tokenSecret } from '@podlag/access';
import { secrets, type KubeApi } from '@podlag/kube';

/** A token for the agents of a namespace, valid so many seconds from now on; undefined where agents are open. */
export type Authorize = (namespace: string, lifeSeconds: number) => Promise<string | undefined>;

/**
 * Signs with the key of podlag's own Secret. Where there is none, agents are open; who may not read it, and whose agents
 * are not open, learns that from the agents.
 */
export function authorizeByKeys(api: Pick<KubeApi, 'get'>, now: () => Date): Authorize {
  return async (namespace, lifeSeconds) => {
    const ref = { namespace: podlagNamespace, name: tokenSecret.name };
    const secret = await api.get(secrets, ref).catch(undefinedWhereForbidden);
    const ring = KeyRing.fromSecret(secret);
    // For the namespace, not the pods: it must hold for a worker's pod that is not made yet.
    return ring && signToken(ring, { namespace }, { now: now(), lifeSeconds });
  };
}

function undefinedWhereForbidden(error: unknown): undefined {
  if (!isPodlagError(error, 'kube-forbidden')) throw error;
}
