import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import type { Capabilities } from './capabilities';
import { differences, isOurs, qdiscAt, rootOf } from './differences';
import type { Applied, QdiscDriver, Reading } from './driver';
import { netemErrors } from './netem-errors';
import type { Observed } from './observed';
import { plan, planClearance, type Plan } from './plan';
import { probeCapabilities } from './probe';
import { handles, type QdiscTree } from './qdisc-tree';
import { distributionFile, type Shape } from './shape';
import { TcBatch } from './tc-batch';
import { shellLine, tcCommand, type TcCommand } from './tc-command';
import { explainFailure } from './tc-failure';
import { parseClasses, parseFilters, parseQdiscs } from './tc-output';

export interface TcDriverSettings {
  /** The tc program, by name or path. Default `tc`. */
  readonly tc?: string;
  /** Where the tables of delay distributions are written for tc to read; made when it is not there. */
  readonly tableDirectory: string;
  /** Replace a root qdisc of somebody else. Default false. */
  readonly takeOverRoot?: boolean;
  /** For one batch of commands. Default 5000. */
  readonly timeoutMs?: number;
  /** For the child; PATH finds tc. */
  readonly env: NodeJS.ProcessEnv;
}

const defaultTimeoutMs = 5_000;

/** A tc that died took an unknown part of its batch with it; that it dies three times in a row has another reason. */
const attempts = 3;

/** The driver that talks to the kernel through tc(8): one child for changes and text, one for JSON. */
export class TcDriver implements QdiscDriver {
  readonly #tc: string;
  readonly #changes: TcBatch;
  readonly #json: TcBatch;
  #known: Capabilities | undefined;
  #probing: Promise<Capabilities> | undefined;
  #loadedShape: string | undefined;

  constructor(private readonly settings: TcDriverSettings) {
    this.#tc = settings.tc ?? 'tc';
    this.#changes = this.#newBatch();
    this.#json = this.#newBatch('-j', '-s');
  }

  /** The ids of the two children, for tests that kill them. */
  get pids(): readonly (number | undefined)[] {
    return [this.#changes.pid, this.#json.pid];
  }

  apply(tree: QdiscTree): Promise<Applied> {
    return this.#withRetry(() => this.#apply(tree));
  }

  preview(tree: QdiscTree): Promise<readonly string[]> {
    return this.#withRetry(async () =>
      this.#plan(tree, await this.#observe(tree.device)).commands.map(shellLine),
    );
  }

  read(tree: QdiscTree): Promise<Reading> {
    return this.#withRetry(() => this.#read(tree));
  }

  tidy(tree: QdiscTree, force: boolean): Promise<boolean> {
    return this.#withRetry(() => this.#tidy(tree, force));
  }

  /**
   * Everything starts with a look at the kernel, so all can be done again: after a tc that died, and after one that finds
   * no device. tc keeps the index of a name for as long as it lives; a device that was made anew has another.
   */
  async #withRetry<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        const worthIt = isPodlagError(error, 'tc-died') || isPodlagError(error, 'device-missing');
        if (!worthIt || attempt === attempts) throw error;
        this.close();
      }
    }
  }

  async #apply(tree: QdiscTree): Promise<Applied> {
    const planned = this.#plan(tree, await this.#observe(tree.device));
    const shape = tree.profile?.delay.shape;
    if (planned.commands.length > 0 && shape) await this.#writeTable(shape);
    // Until it is confirmed, nobody knows which table the leaf has.
    this.#loadedShape = planned.commands.length > 0 ? undefined : this.#loadedShape;
    await this.#change(planned.commands);
    this.#loadedShape = shape?.name;
    const { observed, differences: left } = await this.#read(tree);
    if (left.length > 0) {
      const found = left
        .map(({ what, asked, observed: seen }) => `${what}: asked ${asked}, observed ${seen}`)
        .join('; ');
      throw netemErrors.error('not-confirmed', `${tree.device}: ${found}`);
    }
    return {
      commands: planned.commands.map(shellLine),
      decisive: planned.decisive && shellLine(planned.decisive),
      observed,
    };
  }

  async #read(tree: QdiscTree): Promise<Reading> {
    const observed = await this.#observe(tree.device);
    return { observed, differences: differences(tree, observed) };
  }

  async #tidy({ device }: QdiscTree, force: boolean): Promise<boolean> {
    const observed = await this.#observe(device);
    if (!isOurs(rootOf(observed))) return true;
    const backlog = qdiscAt(observed, handles.shapedClass)?.counters.backlogPackets ?? 0;
    if (backlog > 0 && !force) return false;
    await this.#change(planClearance(device, observed));
    this.#loadedShape = undefined;
    return true;
  }

  capabilities(again = false): Promise<Capabilities> {
    if (this.#known && (this.#known.shaping.available || !again)) return Promise.resolve(this.#known);
    // One probe at a time: two would share the scratch device.
    this.#probing ??= this.#probe().finally(() => (this.#probing = undefined));
    return this.#probing;
  }

  async #probe(): Promise<Capabilities> {
    const batch = this.#newBatch();
    try {
      const { env, timeoutMs = defaultTimeoutMs } = this.settings;
      this.#known = await probeCapabilities({ batch, tc: this.#tc, env, timeoutMs });
      return this.#known;
    } finally {
      batch.close();
    }
  }

  close(): void {
    this.#changes.close();
    this.#json.close();
  }

  #newBatch(...options: readonly string[]): TcBatch {
    const { timeoutMs = defaultTimeoutMs, tableDirectory, env } = this.settings;
    return new TcBatch({ tc: this.#tc, options, env: { ...env, TC_LIB_DIR: tableDirectory }, timeoutMs });
  }

  #plan(tree: QdiscTree, observed: Observed): Plan {
    return plan(tree, observed, {
      takeOverRoot: this.settings.takeOverRoot ?? false,
      loadedShape: this.#loadedShape,
    });
  }

  async #change(commands: readonly TcCommand[]): Promise<void> {
    if (commands.length === 0) return;
    const [failure] = (await this.#changes.run(commands)).failures;
    if (failure) throw explainFailure(failure);
  }

  async #observe(device: string): Promise<Observed> {
    const showFilters = tcCommand('filter', 'show', 'dev', device, 'parent', handles.root);
    const [json, text] = await Promise.all([
      this.#json.run([tcCommand('qdisc', 'show', 'dev', device)]),
      this.#changes.run([tcCommand('class', 'show', 'dev', device), showFilters]),
    ]);
    // A device without a root 1: answers the question for its filters with an error, and has none of ours.
    const [failure] = [...json.failures, ...text.failures.filter(({ command }) => command !== showFilters)];
    if (failure) throw explainFailure(failure);
    const observed = { device, qdiscs: parseQdiscs(json.stdout), classes: parseClasses(text.stdout) };
    return { ...observed, filters: isOurs(rootOf(observed)) ? parseFilters(text.stdout) : [] };
  }

  /** Under its final name only when whole; a table of the same name has the same content. */
  async #writeTable(shape: Shape): Promise<void> {
    const { tableDirectory } = this.settings;
    const file = join(tableDirectory, `${shape.name}.dist`);
    const text = distributionFile(shape);
    if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
    try {
      await mkdir(tableDirectory, { recursive: true });
      await this.#removeTables();
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    } catch (cause) {
      await rm(`${file}.new`, { force: true }).catch(() => undefined);
      throw netemErrors.error('table-unwritable', `${file}: ${(cause as Error).message}`, { cause });
    }
  }

  /** tc has read them into the kernel; kept, they would fill a small volume one by one. */
  async #removeTables(): Promise<void> {
    const { tableDirectory } = this.settings;
    const tables = (await readdir(tableDirectory)).filter((name) => /\.dist(\.new)?$/.test(name));
    await Promise.all(tables.map((name) => rm(join(tableDirectory, name), { force: true })));
  }
}
