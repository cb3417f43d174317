import { quote } from '@podlag/core';
import type { KubeObject } from '@podlag/kube';
import * as z from 'zod';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { objectKindOf, type ObjectKind } from './object-kinds';
import { readDocuments } from './read-documents';

/** An object of a file, and what it is. */
export interface ReadObject {
  readonly kind: ObjectKind;
  /** With its namespace. */
  readonly object: KubeObject;
  readonly ref: { readonly namespace: string; readonly name: string };
}

const shape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

const group = 'podlag.io/';

/**
 * podlag's objects in a file, in its order.
 *
 * @param fallback the namespace of those that name none
 * @throws PodlagError `unreadable-file`, `bad-file` when something else is in it, or nothing
 */
export async function readObjects(
  context: CommandContext,
  file: string,
  fallback: string,
): Promise<readonly ReadObject[]> {
  const documents = (await readDocuments(context, file)).flatMap(itemsOf);
  if (documents.length === 0) throw cliErrors.error('bad-file', `${file}: nothing is in it`);
  return documents.map((document) => readObject(document, file, fallback));
}

function itemsOf(document: unknown): readonly unknown[] {
  const { kind, items } = document as { kind?: unknown; items?: unknown };
  return kind === 'List' && Array.isArray(items) ? items : [document];
}

function readObject(document: unknown, file: string, fallback: string): ReadObject {
  const read = shape.safeParse(document);
  if (!read.success) {
    const field = read.error.issues[0]?.path.join('.') ?? '';
    // Of a document that is no mapping, as `just words`, no field can be named.
    const where = field === '' ? file : `${file}: ${field}`;
    throw cliErrors.error('bad-file', `${where}: an object has apiVersion, kind and metadata.name`, {
      ...(field === '' ? {} : { field }),
    });
  }
  const kind = read.data.apiVersion.startsWith(group) ? objectKindOf(read.data.kind) : undefined;
  if (kind === undefined) {
    const what = `${read.data.apiVersion} ${read.data.kind}`;
    throw cliErrors.error('bad-file', `${file}: ${quote(what)} is none of podlag's objects`, {
      hint: 'NetworkFault, LatencyMatrix and Scenario of podlag.io/v1alpha1 are applied here; the rest is for kubectl apply.',
    });
  }
  const { name, namespace = fallback } = read.data.metadata;
  const object = { ...read.data, metadata: { ...read.data.metadata, namespace } };
  return { kind, object, ref: { namespace, name } };
}
