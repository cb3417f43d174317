import { PodlagError, type Logger } from '@podlag/core';
import type { ErrorRequestHandler } from 'express';
import { agentErrors } from './agent-errors';

/** The one place where an error becomes an answer: RFC 9457, with code and hint. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = asPodlagError(error);
    const { code, kind, hint, cause } = problem;
    if (code === 'internal') logger.error({ err: cause, path: request.path }, problem.detail);
    else if (kind.status >= 500) logger.error({ code, hint, path: request.path }, problem.detail);
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status } = problem.kind;
    response.status(status).set('Cache-Control', 'no-store');
    if (request.accepts(['json', 'text']) === 'text') response.type('text').send(`${problem.toText()}\n`);
    else response.type('application/problem+json').send(`${JSON.stringify(problem.toProblem())}\n`);
  };
}

/** Express and its body parser mark their errors with a status and a type; everything else is a defect of ours. */
function asPodlagError(error: unknown): PodlagError {
  if (error instanceof PodlagError) return error;
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.too.large') return agentErrors.error('body-too-large', 'the body is more than 8 MB');
  if (status !== undefined && status >= 400 && status < 500) {
    return agentErrors.error('malformed-request', message ?? 'the request cannot be read', { cause: error });
  }
  return agentErrors.error('internal', message ?? String(error), { cause: error });
}
