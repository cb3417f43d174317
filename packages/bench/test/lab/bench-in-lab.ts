import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { readRun, type Run } from '../../src/record/run';

const lab = resolve(__dirname, '../../../lab/dist/main.js');

/** How a lab ended, and what its runs have left, in the order in which they were. */
export interface LabEnd {
  readonly code: number | null;
  readonly said: string;
  readonly runs: readonly Run[];
}

/** Runs of the lab's own command under way: pods with agents, workers, an orchestrator, all as real processes. */
export class BenchInLab {
  private constructor(
    readonly folder: string,
    private readonly child: ChildProcess,
    private readonly said: Promise<string>,
  ) {}

  /** @param scenarios as a YAML file would have them; one run after the other among the same pods */
  static async start(scenarios: readonly object[], pods: number): Promise<BenchInLab> {
    const folder = await mkdtemp(join(tmpdir(), 'podlag-bench-lab-'));
    const files = scenarios.map((_, index) => join(folder, `${index}.yaml`));
    // JSON is YAML.
    await Promise.all(files.map((file, index) => writeFile(file, JSON.stringify(scenarios[index]))));
    const args = ['bench-in-lab', ...files, '--results', folder, '--pods', String(pods)];
    const child = spawn(process.execPath, [lab, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = Promise.all([text(child.stdout), text(child.stderr)]).then((streams) => streams.join('\n'));
    return new BenchInLab(folder, child, said);
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** Resolves when the only run has so many samples, with its name. */
  async measured(samples: number): Promise<string> {
    for (;;) {
      const [run] = await this.#runNames();
      const lines = await readFile(join(this.folder, run ?? '', 'samples.ndjson'), 'utf8').catch(() => '');
      if (run !== undefined && lines.split('\n').length > samples) return run;
      if (this.child.exitCode !== null)
        throw new Error(`ended before ${samples} samples:\n${await this.said}`);
      await pause(100);
    }
  }

  /** Its folder is removed then. */
  async ended(): Promise<LabEnd> {
    const [code] = this.child.exitCode === null ? await once(this.child, 'exit') : [this.child.exitCode];
    const said = await this.said;
    const runs: Run[] = [];
    for (const run of await this.#runNames()) runs.push(await readRun(join(this.folder, run)));
    runs.sort((one, other) => one.manifest.startedAt.localeCompare(other.manifest.startedAt));
    await rm(this.folder, { recursive: true });
    return { code: code as number | null, said, runs };
  }

  async #runNames(): Promise<readonly string[]> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }
}

/** Runs scenarios to their end. @throws Error with what was said, unless all went well */
export async function labRuns(scenarios: readonly object[], pods: number): Promise<readonly Run[]> {
  const end = await (await BenchInLab.start(scenarios, pods)).ended();
  if (end.code !== 0) throw new Error(`exit code ${end.code}:\n${end.said}`);
  return end.runs;
}
