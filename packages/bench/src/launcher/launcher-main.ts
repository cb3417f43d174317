import { loadConfig, parseYaml, systemClock } from '@podlag/core';
import { kubeApiFromKubeconfig } from '@podlag/kube/client';
import { readFile } from 'node:fs/promises';
import { readRun } from '../record/run';
import { parseScenario } from '../scenario/scenario-document';
import { runTable } from '../views/run-table';
import { attach } from './attach';
import { launch } from './launch';
import type { LaunchedRun, LaunchParts } from './launch-options';
import { launcherSettings, type LauncherSettings } from './launcher-settings';
import { progressLines } from './progress-lines';
import { authorizeByKeys } from './run-tokens';

/** As a shell counts a Ctrl-C. */
const interrupted = 130;

/**
 * `podlag-bench launcher`: a whole run on the cluster of KUBECONFIG, or on the one that this process runs in. Its table goes to
 * stdout, all else to stderr.
 *
 * @param signal ends the run; what was measured is kept
 * @returns the exit code: 0 for a run that came to its end
 * @throws PodlagError `invalid-config`, `invalid-scenario`, `kube-config`, and as `launch`
 */
export async function mainLauncher(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  const settings = loadConfig(launcherSettings, { env });
  const api = kubeApiFromKubeconfig();
  const progress = progressLines((line) => process.stderr.write(`${line}\n`));
  const { folder, manifest } = await launched(settings, { api, signal, progress });
  process.stdout.write(`${runTable(await readRun(folder, { rawOutput: false }))}\n`);
  if (signal.aborted) return interrupted;
  return manifest.phase === 'finished' ? 0 : 1;
}

async function launched(
  { scenario: file, attach: run, image = '', ...rest }: LauncherSettings,
  parts: Omit<LaunchParts, 'options'>,
): Promise<LaunchedRun> {
  const authorize = authorizeByKeys(parts.api, () => new Date(systemClock.now()));
  const options = { ...rest, image, authorize };
  if (run !== undefined) return attach(run, { ...parts, options });
  const name = file ?? '';
  const scenario = parseScenario(parseYaml(name, await readFile(name, 'utf8')));
  return launch({ ...parts, options, scenario });
}
