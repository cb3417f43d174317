import { attach, readManifest } from '@podlag/bench';
import { isPodlagError } from '@podlag/core';
import { Command } from 'commander';
import { basename, resolve } from 'node:path';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { findRunFolders } from './find-run';
import { withResults, type ResultsFlags } from './results-folder';
import { runOptions, runParts, withRunPlace, type RunPlaceFlags } from './run-place';
import { seeThrough } from './see-through';

/** `podlag bench attach`: goes on with a run whose `bench run` has died. */
export function attachCommand(context: CommandContext): Command {
  return withResults(withRunPlace(new Command('attach')))
    .description(
      'Go on with a run whose "bench run" has died or lost the cluster: fetch what was measured meanwhile, follow it to its end, and ' +
        'take it away.',
    )
    .argument(
      '<run>',
      'its name, as "bench run" has said it; or as far as it is kept here: how it begins, or latest',
    )
    .addHelpText(
      'after',
      examples(context, ['bench attach latest', 'bench attach quick-20261121-120000-1f2e']),
    )
    .action((run: string, flags: RunPlaceFlags) => attachTo(context, run, flags));
}

async function attachTo(context: CommandContext, given: string, flags: RunPlaceFlags): Promise<void> {
  const run = await runName(context, flags, given);
  const parts = await runParts(context, flags);
  await seeThrough(context, (progress) =>
    attach(run, { ...parts, progress, options: runOptions(context, parts, flags) }),
  );
}

/** Of a run that nothing was fetched of yet there is only what was given. */
async function runName(context: CommandContext, place: ResultsFlags, given: string): Promise<string> {
  try {
    const [folder] = await findRunFolders(context, place, [given]);
    return (await readManifest(folder)).run;
  } catch (error) {
    if (!isPodlagError(error, 'run-not-found') || given.startsWith('latest')) throw error;
    return basename(resolve(given));
  }
}
