import { isPodlagError } from '@podlag/core';
import { controllerErrors } from '../controller-errors';
import type { AgentProblem } from './agent-report';

/** An error as a status tells it. */
export function problemOf(error: unknown): AgentProblem {
  const message = error instanceof Error ? error.message : String(error);
  const { code, detail, hint } = isPodlagError(error) ? error : controllerErrors.error('internal', message);
  return { code, detail, hint };
}
