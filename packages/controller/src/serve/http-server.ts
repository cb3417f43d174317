import { environmentName, type PodlagError } from '@podlag/core';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { controllerErrors } from '../controller-errors';

/** What is served. */
export interface ServedParts {
  readonly registry: Registry;
  /** Why it is not ready; empty when it is. */
  readonly blockers: () => readonly string[];
  /** What somebody should look at though it works. */
  readonly cautions: () => readonly string[];
}

/** Plain HTTP for Prometheus and the kubelet: /metrics, /healthz, /readyz. */
export function httpServer({ registry, blockers, cautions }: ServedParts): Server {
  return createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      problem(response, controllerErrors.error('method-not-allowed', 'only GET is answered here'));
    } else if (request.url === '/healthz') {
      json(response, { status: 'ok' });
    } else if (request.url === '/readyz') {
      const missing = blockers();
      if (missing.length === 0) json(response, { status: 'ready', cautions: cautions() });
      else problem(response, controllerErrors.error('not-ready', missing.join('; ')));
    } else if (request.url === '/metrics') {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
        (error: unknown) => problem(response, controllerErrors.error('internal', String(error))),
      );
    } else {
      problem(response, controllerErrors.error('not-found', 'there is nothing at this path'));
    }
  });
}

/**
 * Starts listening, and tells the port.
 *
 * @throws PodlagError `port-taken`, `cannot-listen`
 */
export function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'port-taken' : 'cannot-listen';
      const at = `port ${port}${host === undefined ? '' : ` of ${host}`} (${environmentName('metricsPort')})`;
      reject(controllerErrors.error(code, `${at}: ${cause.message}`, { cause }));
    });
    server.listen({ port, host }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, error: PodlagError): void {
  const body = error.toProblem();
  response.writeHead(body.status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(body));
}
