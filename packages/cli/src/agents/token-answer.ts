import { accessErrors, KeyRing, tokenSecret } from '@podlag/access';
import type { AgentAnswer, AgentTransport } from '@podlag/client';
import { isPodlagError } from '@podlag/core';
import { secrets, type KubeApi } from '@podlag/kube';
import { cliErrors } from '../frame/cli-errors';
import { ownNamespaceIn } from '../frame/own-namespace';

/**
 * The transport, with a token from the first call on that an agent refuses for want of one: an agent that is open is never
 * shown any, and nobody needs to say which kind it is.
 *
 * @param takeToken undefined when there is none to be had: the agent's own refusal is then the answer
 */
export function withTokenWhenAsked(
  transport: AgentTransport,
  takeToken: () => Promise<string | undefined>,
): AgentTransport {
  let isAsked = false;
  return {
    async send(call) {
      if (!isAsked) {
        const answer = await transport.send(call);
        if (!wantsToken(answer)) return answer;
        isAsked = true;
      }
      return transport.send(call, await takeToken());
    },
  };
}

function wantsToken({ status, body }: AgentAnswer): boolean {
  const code = (body as { code?: unknown } | null | undefined)?.code;
  return status === accessErrors.kinds['token-missing'].status && code === 'token-missing';
}

/**
 * The keys that tokens are signed with, out of their Secret.
 *
 * @throws PodlagError `no-token-keys` when the Secret is not there, is empty or may not be read; `invalid-keys`
 */
export async function readKeyRing(api: KubeApi): Promise<KeyRing> {
  const namespace = await ownNamespaceIn(api);
  const secretName = `${namespace}/${tokenSecret.name}`;
  const secret = await api
    .get(secrets, { namespace, name: tokenSecret.name })
    .catch((error: unknown) => orNotAllowed(error, secretName));
  const ring = KeyRing.fromSecret(secret);
  if (ring === undefined) {
    throw cliErrors.error('no-token-keys', `the Secret ${secretName} is not there or has no key in it`, {
      hint: `The controller makes it: see with "kubectl -n ${namespace} get deployments" that podlag-controller runs.`,
    });
  }
  return ring;
}

function orNotAllowed(error: unknown, secretName: string): never {
  if (!isPodlagError(error, 'kube-forbidden')) throw error;
  throw cliErrors.error('no-token-keys', `the Secret ${secretName} may not be read: ${error.detail}`, {
    cause: error,
  });
}
