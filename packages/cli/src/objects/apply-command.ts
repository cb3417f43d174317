import { Command, Option } from 'commander';
import { Duration, type PodlagError } from '@podlag/core';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { durationFlag, withOutput, type NamespaceFlags, type OutputFlags } from '../frame/global-flags';
import { appliedObject, sendObjects, waitUntilInForce, whyOver } from './apply-objects';
import type { ObjectKind } from './object-kinds';
import { printApplied } from './print-applied';
import { readObjects } from './read-objects';

export interface ApplyCommandFlags extends NamespaceFlags, OutputFlags {
  readonly filename: string;
  readonly dryRun?: 'server';
  readonly wait: boolean;
  readonly timeout: Duration;
}

/** The flags of every `apply`; the caller adds those that say where. */
export function applyCommand(description: string): Command {
  return withOutput(new Command('apply'), ['json', 'yaml', 'name'])
    .description(description)
    .requiredOption('-f, --filename <file>', 'YAML with one document or more, or - for standard input')
    .addOption(
      new Option('--dry-run [how]', 'have it checked, and change nothing')
        .choices(['server'])
        .preset('server'),
    )
    .option('--no-wait', 'end when it is applied, not when it is in force')
    .option('--timeout <duration>', 'how long to wait', durationFlag, Duration.parse('1m'));
}

/**
 * Applies the objects of a file, which are of these kinds, and prints what became of them.
 *
 * @throws PodlagError `already-over`, or `some-failed` after the others have been applied; `not-effective`
 */
export async function applyFile(
  context: CommandContext,
  kinds: readonly ObjectKind[],
  flags: ApplyCommandFlags,
): Promise<void> {
  const { api, namespace } = await context.connect(flags);
  const objects = await readObjects(context, flags.filename, flags.namespace ?? namespace);
  const other = objects.find(({ kind }) => !kinds.includes(kind));
  if (other !== undefined) {
    throw cliErrors.error('bad-file', `${flags.filename}: ${other.ref.name} is a ${other.kind.kind}`, {
      hint: `That is for "podlag ${other.kind.command}"; "kubectl apply" takes them all.`,
    });
  }
  const { dryRun, wait, timeout } = flags;
  const sent = await sendObjects(api, objects, { dryRun: dryRun !== undefined });
  const over = sent.flatMap((one) => whyOver(one) ?? []);
  tellOver(context, over, objects.length);
  const going = sent.filter((one) => whyOver(one) === undefined).map(({ read }) => read);
  const applied =
    dryRun !== undefined || !wait
      ? going.map((read) => appliedObject(read))
      : await waitUntilInForce(context, api, going, timeout.milliseconds);
  const result = dryRun === undefined ? 'applied' : 'would-be-applied';
  printApplied(context, flags.output, { result, objects: [...applied] });
  if (over.length > 0) {
    throw cliErrors.error('some-failed', `${over.length} of ${objects.length} objects are over already`, {
      hint: 'What is told of each says what to do.',
    });
  }
}

/** @throws PodlagError the one, where there is nothing else in the file */
function tellOver({ stderr }: CommandContext, over: readonly PodlagError[], all: number): void {
  const [first] = over;
  if (first !== undefined && all === 1) throw first;
  for (const error of over) stderr(`${error.toText()}\n`);
}
