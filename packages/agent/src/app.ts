import type { Logger } from '@podlag/core';
import express, { type Express, type RequestHandler } from 'express';
import { accessGuard, type AgentAccess } from './access-guard';
import { agentErrors } from './agent-errors';
import { toExpress, type Route } from './answer';
import { refuseBrowsers } from './browser-guard';
import { explainRoutes } from './explain-routes';
import { faultRoutes } from './fault-routes';
import { keyRoutes } from './key-routes';
import { latencyRoutes } from './latency-routes';
import type { AgentMetrics } from './metrics';
import { planRoutes } from './plan-routes';
import { probeRoutes, type ProbeParts } from './probe/probe-routes';
import { problemHandler } from './problem';
import { metricsText, stateRoutes, type StateParts } from './state-routes';

export interface AppParts extends StateParts, ProbeParts {
  /** Undefined in open mode. */
  readonly access: AgentAccess | undefined;
  readonly metrics: AgentMetrics;
  readonly logger: Logger;
}

/** Room for 65,536 targets, the most of a fault, of IPv6 too. How many the memory has room for, `mostTargets` says. */
const bodyLimit = '8mb';

/** Every call of the API but `/metrics`, which speaks a format of its own. */
export function routesOf(parts: AppParts): readonly Route[] {
  return [
    ...latencyRoutes(parts.shaper),
    ...faultRoutes(parts.shaper),
    ...planRoutes(parts),
    ...explainRoutes(parts),
    ...probeRoutes(parts),
    ...keyRoutes(parts.access),
    ...stateRoutes(parts),
  ];
}

/** The HTTP API, ready to listen. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  if (parts.access) app.use(accessGuard(parts.access));
  // Express answers HEAD with the handler of GET. Here that would change the network for somebody who only looked.
  app.use('/latency/:duration', onlyMethods(['GET']), refuseBrowsers);
  const json = express.json({ limit: bodyLimit });
  const routes = routesOf(parts);
  for (const { method, path, handle } of routes) app[method](path, requireJson, json, toExpress(handle));
  app.get('/metrics', async (_request, response) => {
    response.type(parts.metrics.registry.contentType).send(await metricsText(parts.metrics, parts.shaper));
  });
  for (const [path, methods] of methodsByPath(routes)) app.all(path, onlyMethods(methods));
  app.use((request) => {
    throw agentErrors.error('no-such-route', `nothing is at ${request.path}`);
  });
  app.use(problemHandler(parts.logger));
  return app;
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>([['/metrics', ['GET']]]);
  for (const { method, path } of routes)
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  return methods;
}

function onlyMethods(methods: readonly string[]): RequestHandler {
  return (request, response, next) => {
    if (methods.includes(request.method)) {
      next();
      return;
    }
    response.set('Allow', methods.join(', '));
    throw agentErrors.error('method-not-allowed', `${request.path} does not take ${request.method}`);
  };
}

/** A body of another type would be passed over in silence, and a fault that is not read is not set. */
const requireJson: RequestHandler = (request, _response, next) => {
  if (['PUT', 'POST'].includes(request.method) && request.is('application/json') === false) {
    throw agentErrors.error('not-json', `the body is ${request.get('content-type') ?? 'of no stated type'}`);
  }
  next();
};
