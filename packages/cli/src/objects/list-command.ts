import { Command } from 'commander';
import type { CommandContext } from '../frame/command-context';
import {
  withAllNamespaces,
  withNamespaceFlags,
  withOutput,
  withSelector,
  type OutputFlags,
  type ScopeFlags,
} from '../frame/global-flags';
import { print } from '../output/print';
import type { ObjectKind } from './object-kinds';
import { listedObject, listObjects, objectColumns, wideObjectColumns } from './object-list';

export type ListFlags = ScopeFlags & OutputFlags;

/** `podlag fault|matrix|scenario list`, as far as they are the same. */
export function listCommand(description: string): Command {
  const list = withNamespaceFlags(new Command('list').alias('ls'));
  return withOutput(withSelector(withAllNamespaces(list), 'objects')).description(description);
}

/** Prints the objects of a kind. */
export async function printObjects(
  context: CommandContext,
  kind: ObjectKind,
  flags: ListFlags,
): Promise<void> {
  const { api, namespace: own } = await context.connect(flags);
  const { selector } = flags;
  const namespace = flags.allNamespaces === true ? undefined : (flags.namespace ?? own);
  const objects = await listObjects(api, kind, namespace, selector);
  const labelled = selector === undefined ? '' : ` with labels ${selector}`;
  const rows = objects.map((object) => listedObject(kind, object));
  print(context, flags.output, {
    document: { objects: rows },
    rows,
    columns: objectColumns(context.clock.now(), namespace === undefined),
    wide: wideObjectColumns,
    name: ({ name }) => `${kind.group}/${name}`,
    none: `No ${kind.kind}${labelled} in ${namespace ?? 'any namespace'}.`,
  });
}
