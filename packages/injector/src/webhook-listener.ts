import express, { type Express, type RequestHandler, type Response } from 'express';
import type { RequestListener } from 'node:http';
import type { Health } from './health';
import { sendProblem } from './http-problem';
import { injectorErrors } from './injector-errors';
import { mutateHandler, type Handler, type MutateParts } from './mutate-handler';

export interface WebhookParts extends MutateParts {
  readonly health: Health;
}

/**
 * What the API server and the kubelet talk to: POST /mutate, GET /healthz, GET /readyz.
 *
 * A review goes to its handler without passing through Express, which would take a tenth of its time and has nothing
 * to add to it. Everything else is Express's.
 */
export function webhookListener(parts: WebhookParts): RequestListener {
  const mutate = mutateHandler(parts);
  const app = webhookApp(mutate, parts.health);
  return (request, response) => {
    if (request.method === 'POST' && isMutate(request.url ?? '')) void mutate(request, response);
    else app(request, response);
  };
}

/** The API server adds its patience to the path: `/mutate?timeout=10s`. */
function isMutate(url: string): boolean {
  return url === '/mutate' || url.startsWith('/mutate?');
}

function webhookApp(mutate: Handler, health: Health): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.post('/mutate', mutate);
  app.all('/mutate', onlyWith('POST'));
  app.get('/healthz', (_request, response) => sendJson(response, { status: 'ok' }));
  app.get('/readyz', readyz(health));
  app.all(['/healthz', '/readyz'], onlyWith('GET, HEAD'));
  app.use((_request, response) => {
    sendProblem(response, injectorErrors.error('not-found', 'there is nothing at this path'));
  });
  return app;
}

function readyz(health: Health): RequestHandler {
  return (_request, response) => {
    const { ready, blockers, cautions } = health.readiness();
    if (ready) sendJson(response, { status: 'ready', cautions });
    else sendProblem(response, injectorErrors.error('not-ready', blockers.join('; ')));
  };
}

function onlyWith(allow: string): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', allow);
    sendProblem(response, injectorErrors.error('method-not-allowed', `only ${allow} is answered here`));
  };
}

function sendJson(response: Response, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
