import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { kubectl } from '../../deploy/command';
import { repository } from '../../install/readme-lines';
import { tryTyped } from './command-line';
import { suite } from './suite';

const podlag = join(repository, 'packages/cli/dist/podlag.js');

/** The namespace of a run where nobody says otherwise. */
export const benchNamespace = 'podlag-bench';

/** A sample, as far as these tests look at it. */
export interface BenchSample {
  readonly use: string;
  readonly path: string;
  readonly condition: string;
  readonly status: string;
  readonly seq: number;
  readonly values?: Readonly<Record<string, number>>;
  readonly problem?: { readonly code: string };
}

/** A row of `podlag bench observed`, as far as these tests look at it. */
export interface ObservedRow {
  readonly use: string;
  readonly path: string;
  /** Seconds. */
  readonly asked?: number;
  readonly added?: number;
}

/** A `podlag bench run` or `bench attach` under way, with the folder that its results come to. */
export class BenchRun {
  readonly #child: ChildProcess;
  readonly #table: Promise<string>;
  readonly #end: Promise<unknown[]>;
  #said = '';

  private constructor(
    private readonly results: string,
    args: readonly string[],
    scenario?: object,
  ) {
    this.#child = spawn(process.execPath, [podlag, 'bench', ...args, '--results', results]);
    const { stdin, stdout, stderr } = this.#child;
    this.#end = once(this.#child, 'close');
    this.#table = text(stdout!);
    stderr!.setEncoding('utf8').on('data', (part: string) => (this.#said += part));
    // JSON is YAML.
    stdin!.end(scenario === undefined ? '' : JSON.stringify(scenario));
  }

  /** @param scenario as a document */
  static async start(scenario: object): Promise<BenchRun> {
    const results = await mkdtemp(join(tmpdir(), 'podlag-bench-'));
    return new BenchRun(results, ['run', '-f', '-', '--image', suite.benchImage], scenario);
  }

  /** Somebody else goes on with it, on the same machine. */
  async attach(): Promise<BenchRun> {
    return new BenchRun(this.results, ['attach', await this.name()]);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when it has said this. @throws Error when it has ended before */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#said)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`it has ended, and not said ${String(pattern)}:\n${this.#said}`);
      await Promise.race([once(this.#child.stderr!, 'data'), this.#end]);
    }
  }

  /** All that it has said, and how it ended: null for a signal. */
  async ended(): Promise<{ readonly code: number | null; readonly said: string; readonly table: string }> {
    const [code] = (await this.#end) as [number | null];
    return { code, said: this.#said, table: await this.#table };
  }

  /** The run's. */
  async name(): Promise<string> {
    const [name = ''] = await readdir(this.results);
    return name;
  }

  /** What it has brought to this machine. */
  async samples(): Promise<readonly BenchSample[]> {
    const lines = await readFile(join(this.results, await this.name(), 'samples.ndjson'), 'utf8');
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as BenchSample);
  }

  /** By `podlag bench observed`, all pairs together. */
  observed(): readonly ObservedRow[] {
    // Its exit status is of how near it is: here the test says that.
    const { stdout } = tryTyped(`podlag bench observed latest --by pool -o json --results ${this.results}`);
    return (JSON.parse(stdout) as { readonly rows: readonly ObservedRow[] }).rows;
  }
}

/** The names of what a run makes that are there, each with its kind. */
export async function benchObjects(): Promise<readonly string[]> {
  const kinds = 'jobs,pods,services,secrets,configmaps';
  const selector = '--selector=app.kubernetes.io/managed-by=podlag-bench';
  const shown = await kubectl(['get', kinds, '-n', benchNamespace, selector, '--output=name']);
  return shown.split('\n').filter((line) => line !== '');
}
