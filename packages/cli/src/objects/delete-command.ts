import { Command } from 'commander';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { withNamespaceFlags, withOutput, type NamespaceFlags, type OutputFlags } from '../frame/global-flags';
import type { AppliedOutput } from '../output/applied-output';
import type { ObjectKind } from './object-kinds';
import { printApplied } from './print-applied';

export type DeleteFlags = NamespaceFlags & OutputFlags;

/** `podlag fault|matrix|scenario delete`, as far as they are the same. */
export function deleteCommand(description: string): Command {
  return withOutput(withNamespaceFlags(new Command('delete')), ['json', 'yaml', 'name'])
    .description(description)
    .argument('<name...>', 'as of list');
}

/** Deletes objects by name. @throws PodlagError `no-such-object`, after the others have been deleted */
export async function deleteObjects(
  context: CommandContext,
  kind: ObjectKind,
  names: readonly string[],
  flags: DeleteFlags,
): Promise<void> {
  const { api, namespace: own } = await context.connect(flags);
  const namespace = flags.namespace ?? own;
  const deleted: AppliedOutput['objects'] = [];
  const missing: string[] = [];
  for (const name of names.map((given) => given.replace(/^[^/]*\//, ''))) {
    const wasThere = await api.delete(kind.resource, { namespace, name });
    if (wasThere) deleted.push({ kind: kind.kind, namespace, name });
    else missing.push(name);
  }
  printApplied(context, flags.output, { result: 'deleted', objects: deleted });
  if (missing.length > 0) {
    throw cliErrors.error('no-such-object', `no ${kind.kind} ${missing.join(', ')} in ${namespace}`);
  }
}
