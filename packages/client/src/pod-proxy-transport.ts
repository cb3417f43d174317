import { defaultAgentPort, isPodlagError } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import { bodyOf, defaultCallMs, type AgentCall, type AgentTransport } from './agent-transport';
import { clientErrors } from './client-errors';

/** Which pod's agent. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/**
 * By way of the API server, which reaches every pod, for whoever RBAC allows pods/proxy. What the API server itself
 * refuses is thrown as KubeApi throws it.
 */
export function podProxyTransport(
  api: Pick<KubeApi, 'podProxy'>,
  pod: PodRef,
  port = defaultAgentPort,
): AgentTransport {
  return {
    async send(call, authorization) {
      const { method, path, body, timeoutMs = defaultCallMs } = call;
      // The API server takes Authorization for itself and does not pass it on.
      const request = {
        ...{ method, path: respelled(path), body, timeoutMs },
        ...(authorization !== undefined && {
          headers: { 'Podlag-Authorization': `Bearer ${authorization}` },
        }),
      };
      const { status, text } = await api
        .podProxy({ ...pod, port }, request)
        .catch((error: unknown) => rethrown(call, pod, error));
      return { status, body: bodyOf(text) };
    },
  };
}

/** An API server refuses the query dryRun in what it proxies. Agents know it by this spelling too. */
function respelled(path: string): string {
  return path.replace(/([?&])dryRun=/, '$1dryrun=');
}

function rethrown({ method, path }: AgentCall, { namespace, name }: PodRef, error: unknown): never {
  if (!isPodlagError(error) || (error.code !== 'kube-unavailable' && error.code !== 'kube-not-found')) {
    throw error;
  }
  const isGone = error.code === 'kube-not-found';
  const detail = `${method} ${path} at pod ${namespace}/${name}: ${error.detail}`;
  throw clientErrors.error('agent-unreachable', detail, {
    cause: error,
    ...(isGone && { hint: `See which pods there are: kubectl get pods -n ${namespace}.` }),
  });
}
