import { join } from 'node:path';
import { verifyToken, type AgentIdentity } from '@podlag/access';
import { isPodlagError, type Clock, type Logger } from '@podlag/core';
import { Router, type Request, type RequestHandler } from 'express';
import { AgentKeys } from './agent-keys';
import type { AgentConfig } from './config';

/** What an agent in token mode judges by. */
export interface AgentAccess {
  readonly keys: AgentKeys;
  readonly identity: AgentIdentity;
  readonly clock: Pick<Clock, 'now'>;
}

/** By the settings, with the keys that are kept. Undefined in open mode. What token mode cannot do without, the settings have made sure of. */
export async function accessOf(
  { access, tokenKeys, podNamespace, podName, runDirectory }: AgentConfig,
  clock: Clock,
  logger: Logger,
): Promise<AgentAccess | undefined> {
  if (access === 'open') return undefined;
  if (!tokenKeys || !podNamespace || !podName)
    throw new Error('the settings let no token mode through without');
  const keys = await AgentKeys.open(join(runDirectory, 'keys.json'), tokenKeys, logger);
  return { keys, identity: { namespace: podNamespace, pod: podName }, clock };
}

const reading: readonly string[] = ['GET', 'HEAD'];

/**
 * Lets nobody change anything without a token that is good for it. It stands before all routes and before the body is
 * read, and finds by Express's own matching what Express would: a second idea of what a path means would have gaps.
 */
export function accessGuard(access: AgentAccess): Router {
  const router = Router();
  const needs = (scope?: 'keys'): RequestHandler => tokenFor(access, scope);
  router.put('/v1/keys', needs('keys'));
  router.get('/latency/:duration', needs());
  router.use(
    (request, _response, next) => next(reading.includes(request.method) ? 'router' : undefined),
    needs(),
  );
  return router;
}

function tokenFor({ keys, identity, clock }: AgentAccess, scope: 'keys' | undefined): RequestHandler {
  return async (request, response, next) => {
    try {
      await verifyToken(bearerToken(request), {
        ...{ keys: keys.inForce.keys, identity, now: new Date(clock.now()) },
        ...(scope && { scope }),
      });
    } catch (error) {
      response.set(challengeFor(error));
      throw error;
    }
    next('router');
  };
}

/** The second header is for calls by way of the API server, which takes the first out of what it passes on. */
function bearerToken(request: Request): string | undefined {
  const credentials = request.get('podlag-authorization') ?? request.get('authorization');
  // RFC 9110, 11.1: the scheme in any case. Of another scheme, the whole is taken for a token, and refused as none.
  return credentials?.replace(/^bearer( +|$)/i, '');
}

/** RFC 9110, 11.6.1: a 401 says how to do better; RFC 6750, 3.1: without an error code where nothing was sent. */
function challengeFor(error: unknown): Record<string, string> {
  if (!isPodlagError(error) || error.kind.status !== 401) return {};
  const invalid = error.code === 'token-missing' ? '' : ', error="invalid_token"';
  return { 'WWW-Authenticate': `Bearer realm="podlag-agent"${invalid}` };
}
