import type { Logger } from '@podlag/core';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { CertSource } from './cert-source';
import { tlsOptions } from './certificates/tls-options';
import { endWithProblem } from './http-problem';
import { injectorErrors } from './injector-errors';
import type { InjectorMetrics } from './metrics';

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** For the TLS handshake and for the headers, each. */
  readonly headersMs: number;
  /** For a whole request. The API server waits 10 s for an answer unless told otherwise, at most 30 s. */
  readonly requestMs: number;
  /** Between two requests. Longer than the 90 s of the API server, so that it is the client that hangs up. */
  readonly idleMs: number;
}

export const defaultPatience: Patience = { headersMs: 5_000, requestMs: 10_000, idleMs: 95_000 };

export interface TlsServerParts {
  readonly certSource: CertSource;
  readonly metrics: InjectorMetrics;
  readonly logger: Logger;
  readonly patience?: Patience;
}

/** An HTTPS server with the source's certificate, the next one as soon as there is one. Connections outlive a change. */
export function tlsServer(listener: RequestListener, parts: TlsServerParts): Server {
  const { certSource, metrics, logger, patience = defaultPatience } = parts;
  const server = createServer(
    {
      ...tlsOptions(certSource.current()),
      handshakeTimeout: patience.headersMs,
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      keepAliveTimeout: patience.idleMs,
      connectionsCheckingInterval: Math.min(1_000, patience.headersMs / 2),
    },
    listener,
  );
  certSource.onChange((certificate) => server.setSecureContext(tlsOptions(certificate)));
  server.on('clientError', (error: NodeJS.ErrnoException, connection) => refuse(error, connection));
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    metrics.handshakeFailed();
    // A port scan, or a probe by TCP alone, hangs up in the middle of it.
    if (error.code !== 'ECONNRESET') logger.warn({ problem: error.message }, 'TLS handshake failed');
  });
  return server;
}

/** What did not become a request still gets an answer, as far as somebody is there to read it. */
function refuse(error: NodeJS.ErrnoException, connection: Duplex): void {
  if (error.code === 'ECONNRESET' || !connection.writable) {
    connection.destroy();
  } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    endWithProblem(
      connection,
      injectorErrors.error('request-timeout', 'the request took too long to arrive'),
    );
  } else {
    endWithProblem(connection, injectorErrors.error('malformed-http', 'the bytes are no HTTP request'));
  }
}
