import { isPodlagError } from '@podlag/core';

const codes = ['kube-conflict', 'kube-already-exists', 'kube-not-found'];
const mostTries = 5;

/**
 * Tries again when somebody else has written, created or deleted the object since it was read: nothing is wrong then,
 * but it has to be read again.
 *
 * @throws what `attempt` throws, after five times if it is that
 */
export async function unlessOutpaced<T>(
  attempt: () => Promise<T>,
  readAgain: () => Promise<unknown>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === mostTries || !codes.some((code) => isPodlagError(error, code))) throw error;
      await readAgain();
    }
  }
}
