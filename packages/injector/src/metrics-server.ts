import { createServer, type Server } from 'node:http';
import { sendProblem, visibleError } from './http-problem';
import { injectorErrors } from './injector-errors';
import type { InjectorMetrics } from './metrics';

/** Plain HTTP for Prometheus, on a port of its own: a scraper needs no way to /mutate, nor the webhook's CA. */
export function metricsServer({ registry }: InjectorMetrics): Server {
  return createServer((request, response) => {
    if (request.url !== '/metrics') {
      sendProblem(response, injectorErrors.error('not-found', 'only /metrics is served on this port'));
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      (error: unknown) => sendProblem(response, visibleError(error)),
    );
  });
}
