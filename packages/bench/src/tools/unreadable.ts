import type { PodlagError } from '@podlag/core';
import { benchErrors } from '../bench-errors';

/** The error for output that is not what a tool writes. `field` is the tool's own word for the place. */
export function unreadable(tool: string, field: string, problem: string): PodlagError {
  return benchErrors.error('unreadable-output', `${tool}: ${field} ${problem}`, { field });
}

/** The error for output that says itself that the measurement failed. */
export function failed(tool: string, problem: string): PodlagError {
  return benchErrors.error('tool-failed', `${tool}: ${problem}`);
}
