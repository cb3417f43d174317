import { apiVersion } from './custom-resource';
import type { KubeObject, ObjectMeta } from '@podlag/kube';
import * as z from 'zod';
import { invalidObject, parsedField } from './invalid-object';
import { objectName } from './field-schema';

/** One of podlag's objects as the API has it; `Spec` and `Status` as written, not as values. */
export interface CustomObject<Spec, Status> extends KubeObject {
  /** `generation` counts the changes of spec. */
  readonly metadata: ObjectMeta & { readonly generation?: number };
  readonly spec: Spec;
  readonly status?: Status;
}

/** Which object a parsed spec is of. A file's object, which no cluster has seen, has an empty uid and generation 0. */
export interface ObjectIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

const envelope = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({
    name: objectName,
    namespace: z.string().default('default'),
    uid: z.string().default(''),
    generation: z.int().default(0),
  }),
});

/**
 * What an object of this kind is called, and its spec. Objects of a list have neither apiVersion nor kind.
 *
 * @throws PodlagError `invalid-object`
 */
export function openObject(
  object: unknown,
  kind: string,
): { readonly identity: ObjectIdentity; readonly spec: unknown } {
  const { metadata, spec, ...said } = parsedField(envelope, object, '');
  for (const [field, right] of Object.entries({ apiVersion, kind })) {
    const found = said[field] ?? right;
    if (found !== right) throw invalidObject(field, `is ${JSON.stringify(found)}, not ${right}`);
  }
  const { namespace, name, uid, generation } = metadata;
  return { identity: { namespace, name, uid, generation }, spec };
}
