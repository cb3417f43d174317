import type { CommandContext } from '../frame/command-context';
import type { AppliedObject, AppliedOutput } from '../output/applied-output';
import { print, type OutputFormat } from '../output/print';
import { objectKinds } from './object-kinds';

const words: Readonly<Record<AppliedOutput['result'], string>> = {
  applied: 'applied',
  'would-be-applied': 'applied (server dry run)',
  changed: 'changed',
  deleted: 'deleted',
};

/** What became of objects: a line for each, as kubectl prints it, or a document. */
export function printApplied(
  context: Pick<CommandContext, 'stdout' | 'stderr'>,
  format: OutputFormat | undefined,
  { result, objects }: AppliedOutput,
): void {
  const named = ({ kind, name }: AppliedObject): string => `${objectKinds[kind].group}/${name}`;
  if (format === undefined || format === 'table' || format === 'wide') {
    for (const object of objects) context.stdout(`${named(object)} ${words[result]}${settledAs(object)}\n`);
    return;
  }
  print(context, format, { document: { result, objects }, rows: objects, columns: [], name: named });
}

function settledAs({ phase, pods }: AppliedObject): string {
  if (phase === undefined) return '';
  return pods === undefined ? `: ${phase}` : `: ${phase} on ${pods.effective} of ${pods.selected} pods`;
}
