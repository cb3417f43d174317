import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseYaml } from '@podlag/core';
import { startLab, type Lab, type LabPrograms, type LabProgress } from '../cluster';
import { runProgram } from '../kernel/run-program';
import { benchLabErrors } from './bench-lab-errors';
import { benchManifest, benchPlaces, type BenchPlace } from './bench-places';
import { BenchProcesses, type BenchStart } from './bench-processes';
import type { BenchPrograms } from './bench-programs';
import { followRun } from './follow-run';
import { StatusLines, type StatusOutput } from './status-lines';
import type { RunStatus } from './run-status';

export interface BenchOptions {
  /** Scenario files, each a run, one after the other among the same pods. Absolute. */
  readonly scenarios: readonly string[];
  /** Folder in which the runs' folders are made. Absolute. */
  readonly results: string;
  /** How many workers. */
  readonly pods: number;
  readonly programs: BenchPrograms;
  readonly labPrograms: LabPrograms;
  /** PATH, with the tools of the benchmarks. */
  readonly path: string;
  readonly progress: LabProgress;
  /** For data: the tables. */
  readonly out: { write(text: string): unknown };
  /** For talk. */
  readonly talk: StatusOutput;
  /** Ends the run; everything is cleaned up, and what was measured is kept. */
  readonly signal: AbortSignal;
}

/**
 * Benchmark runs between pods of the lab, on a kernel that has netem: the lab's pods come up through the injector, each with its
 * agent; workers in their networks measure with the real tools; a run's table comes at its end.
 *
 * @throws PodlagError of `benchLabErrors` and of the lab; nothing is left behind then but the runs' folders
 */
export async function runBench(options: BenchOptions): Promise<void> {
  const { pods, talk, signal } = options;
  const places = benchPlaces(pods);
  talk.write(`${whatItIs(places)}\n`);
  const lab = await labOf(places, options);
  try {
    if (signal.aborted) throw interrupted('before anything was measured');
    for (const scenario of options.scenarios) await measure({ lab, places, scenario }, options);
  } finally {
    await lab.close();
  }
}

function whatItIs(places: readonly BenchPlace[]): string {
  const nodes = [...new Set(places.map(({ node }) => node))];
  return (
    `${places.length} pods on one kernel, which pretend to be on ${nodes.length} nodes: ` +
    "every packet is real, no network card is met, and all share this kernel's CPU."
  );
}

async function labOf(places: readonly BenchPlace[], options: BenchOptions): Promise<Lab> {
  const { labPrograms, path, progress } = options;
  const folder = await mkdtemp(join(tmpdir(), 'podlag-bench-'));
  try {
    const manifest = join(folder, 'pods.yaml');
    await writeFile(manifest, benchManifest(places));
    return await startLab({ manifest, programs: labPrograms, path, progress });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(
  one: Pick<BenchStart, 'lab' | 'places' | 'scenario'>,
  options: BenchOptions,
): Promise<void> {
  const { results, talk, signal } = options;
  const run = await runName(one.scenario);
  const tell = (line: string): void => void talk.write(`${line}\n`);
  const processes = await BenchProcesses.prepare({ ...options, ...one, run, tell });
  const lines = new StatusLines(talk);
  tell(`run ${run}, in ${results}`);
  try {
    const { calls } = processes;
    const end = await processes.run(() => followRun({ calls, signal, show: (status) => lines.show(status) }));
    // So that it does not wait for somebody who fetches what is here already.
    await calls.fetched();
    await showTables(run, options);
    requireWhole(end, signal);
  } finally {
    await processes.stop();
  }
}

/** As the launcher of a cluster names runs: by the scenario, the time, and four digits for two at once. */
async function runName(scenario: string): Promise<string> {
  const document = parseYaml(scenario, await readFile(scenario, 'utf8'));
  const { name } = (document ?? {}) as { readonly name?: unknown };
  // What is no name the orchestrator says, with all else that is wrong in the file.
  const readable = typeof name === 'string' && /^[a-z0-9][-a-z0-9]{0,35}$/.test(name) ? name : 'bench';
  const [date = '', time = ''] = new Date().toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
  return `${readable}-${date}-${time}-${randomBytes(2).toString('hex')}`;
}

async function showTables(run: string, { programs, results, out }: BenchOptions): Promise<void> {
  const { node, cli } = programs;
  const { stdout, stderr } = await runProgram(node, [cli, 'bench', 'show', run, '--results', results]);
  out.write(`\n${stdout}${stderr}`);
}

/** @throws PodlagError `interrupted`, `run-not-whole` */
function requireWhole({ run, phase, done, planned, problem }: RunStatus, signal: AbortSignal): void {
  if (phase === 'finished') return;
  const counts = `${done} of ${planned} are measured, and kept in the folder of ${run}`;
  if (signal.aborted) throw interrupted(counts);
  const why = problem === undefined ? phase : `${phase}: ${problem.detail}`;
  throw benchLabErrors.error('run-not-whole', `the run is ${why}; ${counts}`);
}

function interrupted(detail: string): Error {
  return benchLabErrors.error('interrupted', detail);
}
