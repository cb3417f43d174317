import { readRun, runTable, type LaunchedRun, type LaunchProgress, type Run } from '@podlag/bench';
import { isPodlagError } from '@podlag/core';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { exitCodes } from '../frame/exit-code';
import { ShownProgress } from './launch-progress';

/** Begins a run, or goes on with one, and tells as it goes. */
type Begin = (progress: (progress: LaunchProgress) => void) => Promise<LaunchedRun>;

/**
 * Shows a run's progress until it is over and taken away, and then its table. On Ctrl-C what was measured is still fetched.
 *
 * @throws PodlagError `some-failed` for a run that has not come to its end, or has no good sample; what `begin` throws, unless it was
 *   interrupted
 */
export async function seeThrough(context: CommandContext, begin: Begin): Promise<void> {
  const shown = new ShownProgress(context);
  const sayInterrupted = (): void => shown.tell(interruptedWords);
  context.interrupted.addEventListener('abort', sayInterrupted, { once: true });
  try {
    const launched = await begin((progress) => shown.moved(progress));
    shown.close();
    await tellEnd(context, launched);
  } catch (error) {
    shown.close();
    if (!context.interrupted.aborted || !isPodlagError(error)) throw error;
    context.stderr(`error: ${error.toText()}\n`);
    context.exitWith(exitCodes.interrupted);
  } finally {
    context.interrupted.removeEventListener('abort', sayInterrupted);
  }
}

const interruptedWords =
  'Interrupted: the run is ended, what was measured is fetched, and all of it is taken away. Ctrl-C again leaves that to the cluster.';

async function tellEnd(context: CommandContext, { run: name, folder }: LaunchedRun): Promise<void> {
  const run = await readRun(folder, { rawOutput: false });
  context.stdout(runTable(run));
  context.stderr(`Kept in ${folder}. See more: ${context.name} bench show ${name} -o wide\n`);
  if (!context.interrupted.aborted) {
    assertMeasured(run);
    return;
  }
  context.stderr('Interrupted: what was measured until then is kept, and the run is ended.\n');
  context.exitWith(exitCodes.interrupted);
}

function assertMeasured({ manifest, samples }: Run): void {
  const { run, phase, problem } = manifest;
  if (phase !== 'finished') {
    const why = problem === undefined ? '' : `: ${problem.detail}`;
    throw cliErrors.error(
      'some-failed',
      `run ${run} is ${phase}${why}`,
      problem === undefined ? {} : { hint: problem.hint },
    );
  }
  const [first] = samples;
  if (first === undefined || samples.some(({ status }) => status === 'ok')) return;
  const why = first.problem === undefined ? first.status : first.problem.detail;
  throw cliErrors.error(
    'some-failed',
    `all ${samples.length} samples of ${run} failed, the first: ${why}`,
    first.problem === undefined ? {} : { hint: first.problem.hint },
  );
}
