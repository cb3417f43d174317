import { isPodlagError, type PodlagError } from '@podlag/core';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { injectorErrors } from './injector-errors';

const mediaType = 'application/problem+json';

/** Any error as one that a client may see; what is not podlag's own says nothing of its inside. */
export function visibleError(error: unknown): PodlagError {
  return isPodlagError(error)
    ? error
    : injectorErrors.error('internal', 'an unexpected error', { cause: error });
}

/** Answers with an error (RFC 9457). */
export function sendProblem(response: ServerResponse, error: PodlagError): void {
  const body = JSON.stringify(error.toProblem());
  response.writeHead(error.kind.status, {
    'Content-Type': mediaType,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** The same on a connection where no request could be made out, and the last thing on it. */
export function endWithProblem(connection: Duplex, error: PodlagError): void {
  const { status } = error.kind;
  const body = JSON.stringify(error.toProblem());
  connection.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      `Content-Type: ${mediaType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
