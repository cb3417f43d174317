import type { PodlagError } from '@podlag/core';
import type * as z from 'zod';
import { accessErrors } from './access-errors';

/** The error for a document of keys that does not parse. It names places, never what stands there. */
export function invalidKeys({ issues }: z.ZodError, field = ''): PodlagError {
  const places = issues.map(
    ({ path, message }) => `${[field, ...path].filter((step) => step !== '').join('.')}: ${message}`,
  );
  return accessErrors.error('invalid-keys', places.join('; '), field === '' ? {} : { field });
}
