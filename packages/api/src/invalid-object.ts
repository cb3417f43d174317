import { didYouMean, type PodlagError } from '@podlag/core';
import type * as z from 'zod';
import { apiErrors } from './api-errors';

/** @param field as the API server writes it: `spec.to[0].cidr` */
export function invalidObject(field: string, message: string, hint?: string): PodlagError {
  return apiErrors.error('invalid-object', `${field}: ${message}`, {
    field,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What a schema makes of a value. @throws PodlagError `invalid-object`, with the fields under `field`; '' is the object itself */
export function parsedField<T>(schema: z.ZodType<T>, value: unknown, field: string): T {
  const result = schema.safeParse(value, {
    error: ({ input }) => (input === undefined ? 'is missing' : undefined),
  });
  if (result.success) return result.data;
  const described = result.error.issues.map((issue) => describe(issue, field));
  const detail = described.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw apiErrors.error('invalid-object', detail, { field: described[0]?.field ?? field });
}

function describe(
  issue: z.core.$ZodIssue,
  field: string,
): { readonly field: string; readonly message: string } {
  const path = fieldPath(field, issue.path);
  if (issue.code !== 'unrecognized_keys') return { field: path || 'object', message: issue.message };
  const key = issue.keys[0] ?? '';
  const message = knownFields.includes(key)
    ? 'does not belong here'
    : `is not known.${didYouMean(key, knownFields)}`;
  return { field: fieldPath(path, [key]), message };
}

/** `spec` and ['to', 0, 'cidr'] as the API server writes it: `spec.to[0].cidr`. */
export function fieldPath(field: string, path: readonly PropertyKey[]): string {
  const whole = path.reduce<string>(
    (parent, part) =>
      /^\d+$/.test(String(part)) ? `${parent}[${String(part)}]` : `${parent}.${String(part)}`,
    field,
  );
  return whole.replace(/^\./, '');
}

/** Of all levels: what is known one level up or down is a better guess than none. */
const knownFields = [
  ...['selector', 'mode', 'value', 'direction', 'to', 'except', 'seed', 'duration', 'ttl', 'suspend'],
  ...['delay', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate', 'partition'],
  ...['matchLabels', 'matchExpressions', 'key', 'operator', 'values'],
  ...['cidr', 'pods', 'service', 'hostname', 'ports', 'protocol', 'name', 'namespace', 'namespaces'],
  ...['namespaceSelector', 'preset', 'regions', 'links', 'subtractBaseline', 'nodeRegion', 'between', 'from'],
  ...['rtt', 'jitter', 'distribution', 'state', 'steps', 'at', 'for', 'every', 'ramp', 'of', 'over'],
  ...['networkFault', 'latencyMatrix', 'fault'],
];
