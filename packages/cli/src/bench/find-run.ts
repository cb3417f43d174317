import { benchErrors, listRuns, readManifest, readRun } from '@podlag/bench';
import type { ReadOptions, Run, RunEntry } from '@podlag/bench';
import { didYouMean, isPodlagError, quote } from '@podlag/core';
import { basename, sep } from 'node:path';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import type { ResultsFlags } from './results-folder';

/** How a run is named on a command line, for help. */
export const runNaming = 'a run’s name or how it begins, its folder, latest, or latest~1 for the one before';

/**
 * The run that is meant, without what the tools wrote unless that is asked for.
 *
 * @throws PodlagError `run-not-found`, also for a beginning that several have; `invalid-run`; `usage` for an empty name
 */
export async function findRun(
  context: FindingContext,
  place: ResultsFlags,
  given: string,
  { rawOutput = false }: ReadOptions = {},
): Promise<Run> {
  const [folder] = await findRunFolders(context, place, [given]);
  return readRun(folder, { rawOutput });
}

/** Who hears of runs that cannot be read. */
type FindingContext = Pick<CommandContext, 'stderr'>;

/**
 * The folders of the runs that are meant, in their order. Before one is taken as the latest it is said which runs cannot be read: they
 * may be later.
 *
 * @throws PodlagError `run-not-found`, also for a beginning that several have; `usage` for an empty name
 */
export async function findRunFolders<const Given extends readonly string[]>(
  { stderr }: FindingContext,
  { results }: ResultsFlags,
  given: Given,
): Promise<{ readonly [Index in keyof Given]: string }> {
  const entries = given.every(isPath) ? [] : await listRuns(results);
  if (given.some((name) => stepsBack(name) !== undefined))
    for (const entry of entries)
      if (entry.kind === 'broken') stderr(`warning: passed over: ${entry.problem.toText()}\n`);
  const folders = await Promise.all(given.map((name) => folderOf(results, entries, name)));
  return folders as { readonly [Index in keyof Given]: string };
}

function isPath(given: string): boolean {
  return given.includes(sep) || given === '.' || given === '..';
}

async function folderOf(results: string, entries: readonly RunEntry[], given: string): Promise<string> {
  if (given === '') {
    throw cliErrors.error('usage', 'the name of a run is empty', {
      hint: 'A variable of the shell may be unset; the last run is `latest`.',
    });
  }
  if (isPath(given)) return given;
  const back = stepsBack(given);
  if (back !== undefined) return latestOf(results, entries, back);
  const exact = entries.find(({ folder }) => basename(folder) === given);
  return exact?.folder ?? begunBy(results, entries, given);
}

/** How many runs before the last one: 0 for `latest`; undefined for what is a name. */
function stepsBack(given: string): number | undefined {
  const found = /^latest(?:~([0-9]{1,6}))?$/.exec(given);
  return found === null ? undefined : Number(found[1] ?? 0);
}

function latestOf(results: string, entries: readonly RunEntry[], back: number): string {
  const runs = entries.filter(({ kind }) => kind === 'run');
  const run = runs[back];
  if (run !== undefined) return run.folder;
  if (runs.length === 0) throw noRuns(results);
  throw benchErrors.error(
    'run-not-found',
    `${results} has ${runs.length === 1 ? '1 run' : `${runs.length} runs`}: latest~${runs.length - 1} is the first`,
  );
}

async function begunBy(results: string, entries: readonly RunEntry[], given: string): Promise<string> {
  const names = entries.map(({ folder }) => basename(folder));
  const [first, ...others] = entries.filter(({ folder }) => basename(folder).startsWith(given));
  if (first === undefined)
    return asFolder(given, entries.length === 0 ? noRuns(results) : unknown(results, given, names));
  if (others.length === 0) return first.folder;
  const all = [first, ...others].map(({ folder }) => basename(folder)).join(', ');
  throw benchErrors.error('run-not-found', `${quote(given)} may be any of ${all}`, {
    hint: 'Give more letters of it; the last one is `latest`.',
  });
}

/** A run that is no other's neighbour: the name of its folder, from the folder above it. */
async function asFolder(given: string, otherwise: Error): Promise<string> {
  try {
    await readManifest(given);
    return given;
  } catch (error) {
    if (isPodlagError(error, 'run-not-found')) throw otherwise;
    throw error;
  }
}

function noRuns(results: string): Error {
  return benchErrors.error('run-not-found', `there are no runs in ${results}`, {
    hint: '`podlag bench run -f FILE` makes one; --results names another folder.',
  });
}

function unknown(results: string, given: string, names: readonly string[]): Error {
  return benchErrors.error(
    'run-not-found',
    `${results} has no run ${quote(given)}.${didYouMean(given, names)}`,
  );
}
