import { shaped, type JsonSchema } from './json-schema';

/** A name as RFC 1123 has a label: of a namespace, a Service, a region, a step. */
export function label(description: string): JsonSchema {
  return shaped(description, 63, '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$');
}

/** The name of one of podlag's objects: labels with dots between them. */
export function objectName(description: string): JsonSchema {
  return shaped(description, 253, '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$');
}
