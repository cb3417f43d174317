import { setTimeout } from 'node:timers/promises';
import type { Capabilities } from '../capabilities';
import type { Observed, ObservedDevice, ObservedFilter, ObservedHook } from '../kernel/observed';
import type { FilterPlace, Operation, U32Handle } from '../kernel/operation';
import { stretchesOf } from '../kernel/stretches';
import type { FilterRef, ObservedQdiscs, OperationFailure, Transport } from '../kernel/transport';
import { netemErrors } from '../netem-errors';
import type { Shape } from '../profile/shape';
import { parseClasses } from './class-output';
import { DistributionTables } from './distribution-tables';
import { parseFilters, type FilterListing } from './filter-output';
import { readLink, runIp, type IpSettings } from './ip-link';
import { RootTables } from './root-tables';
import { TcBatch, type TcFailure } from './tc-batch';
import { tcCommand, type TcCommand } from './tc-command';
import { explainFailure } from './tc-failure';
import { parseQdiscs, type QdiscListing } from './tc-output';
import { probeTc } from './tc-probe';
import { commandOf, filterParent, filterWords, u32HandleWord } from './words';

export interface TcSettings {
  /** The tc program, by name or path. Default `tc`. */
  readonly tc?: string;
  /** Where the tables of delay distributions are written for tc to read; made when it is not there. */
  readonly tableDirectory: string;
  /** For a thousand commands. Default 5000. */
  readonly timeoutMs?: number;
  /** For the child; PATH finds tc. */
  readonly env: NodeJS.ProcessEnv;
}

const defaultTc = 'tc';
const defaultTimeoutMs = 5_000;

/** Half a second in all: a grace period takes some ten milliseconds, more on a busy node. */
const unlinkAttempts = 50;
const unlinkWaitMs = 10;

/** Of so many commands tc is sure to be through before the time is up. */
const longestBatch = 1_000;

/** The way to the kernel through tc(8): one child for changes and text, one for JSON; and ip(8) for links. */
export class TcTransport implements Transport {
  readonly name = 'tc';
  readonly #text: TcBatch;
  readonly #json: TcBatch;
  readonly #tables: DistributionTables;

  constructor(private readonly settings: TcSettings) {
    this.#text = this.#newBatch();
    this.#json = this.#newBatch('-j', '-s');
    this.#tables = new DistributionTables(settings.tableDirectory);
  }

  /** The ids of the two children, for tests that kill them. */
  get pids(): readonly (number | undefined)[] {
    return [this.#text.pid, this.#json.pid];
  }

  async run(operations: readonly Operation[]): Promise<readonly OperationFailure[]> {
    const roots = new RootTables((command) => this.#json.run([command]));
    const failures: OperationFailure[] = [];
    for (const stretch of stretchesOf(operations, longestBatch)) {
      const [first] = stretch;
      if (first?.kind === 'link') failures.push(...(await this.#link(first)));
      else failures.push(...(await this.#batch(stretch, roots)));
    }
    if (failures.some(({ error }) => error.code === 'device-missing')) this.close();
    return failures;
  }

  /** tc keeps the index of a name for as long as it lives; a device that was made anew has another. */
  async #link(operation: Operation): Promise<readonly OperationFailure[]> {
    const error = await runIp(this.#ipSettings, commandOf(operation));
    this.close();
    return error ? [{ operation, error }] : [];
  }

  async #batch(operations: readonly Operation[], roots: RootTables): Promise<readonly OperationFailure[]> {
    await this.#tables.provide(operations.flatMap(shapesOf));
    const asked = new Map<TcCommand, Operation>();
    for (const operation of operations)
      asked.set(commandOf(operation, await roots.idFor(operation)), operation);
    const failures = await this.#untilUnlinked((await this.#text.run([...asked.keys()])).failures, asked);
    return failures.flatMap((failure) => {
      const operation = asked.get(failure.command);
      return operation ? [{ operation, error: explainFailure(failure) }] : [];
    });
  }

  /**
   * A filter that is changed or removed lets go of the table that it led to only when no packet can be on its way there
   * (cls_u32.c frees it after an RCU grace period); until then the table cannot be deleted.
   */
  async #untilUnlinked(
    failures: readonly TcFailure[],
    asked: ReadonlyMap<TcCommand, Operation>,
  ): Promise<readonly TcFailure[]> {
    const isInUse = ({ command, message }: TcFailure): boolean =>
      asked.get(command)?.kind === 'table' && message.includes('in-use');
    const final = failures.filter((failure) => !isInUse(failure));
    let inUse = failures.filter(isInUse);
    for (let attempt = 1; inUse.length > 0 && attempt <= unlinkAttempts; attempt += 1) {
      await setTimeout(unlinkWaitMs);
      inUse = [...(await this.#text.run(inUse.map(({ command }) => command))).failures];
    }
    return [...final, ...inUse];
  }

  async read(device: string, ingressDevice: string): Promise<ObservedDevice> {
    const [here, behind] = await this.#freshly(device, ingressDevice);
    const [egress, ingress, hook, ingressLink] = await Promise.all([
      this.#observe(device, here),
      behind && this.#observe(ingressDevice, behind),
      this.#hook(device, here.hook),
      behind && readLink(this.#ipSettings, ingressDevice),
    ]);
    return { egress, hook, ingress, ingressLink };
  }

  /** A device without any qdisc is down, or its name has got another index: one that is up has at least `noqueue`. */
  async #freshly(
    device: string,
    ingressDevice: string,
  ): Promise<readonly [here: QdiscListing, behind: QdiscListing | undefined]> {
    const look = () => Promise.all([this.#qdiscs(device), this.#qdiscs(ingressDevice)]);
    let [here, behind] = await look();
    if (here?.qdiscs.length === 0 || behind?.qdiscs.length === 0) {
      this.close();
      [here, behind] = await look();
    }
    return [here ?? this.#missing(device), behind];
  }

  async readQdiscs(device: string): Promise<ObservedQdiscs> {
    const [listing, classes] = await Promise.all([this.#qdiscs(device), this.#show('class', device)]);
    const { qdiscs } = listing ?? this.#missing(device);
    return { device, qdiscs, classes: parseClasses(classes) };
  }

  #missing(device: string): never {
    this.close();
    throw netemErrors.error('device-missing', `there is no device ${device}`);
  }

  /** Undefined for a device that is not there. */
  async #qdiscs(device: string): Promise<QdiscListing | undefined> {
    const { stdout, failures } = await this.#json.run([tcCommand('qdisc', 'show', 'dev', device)]);
    const [failure] = failures;
    if (!failure) return parseQdiscs(stdout);
    const error = explainFailure(failure);
    if (error.code === 'device-missing') return undefined;
    throw error;
  }

  async #observe(device: string, { qdiscs }: QdiscListing): Promise<Observed> {
    // Filters hang on HTB only, the root's or, without netem, a leaf's.
    const parents = qdiscs.filter(({ kind }) => kind === 'htb').map(({ handle }) => handle);
    const [classes, ...listings] = await Promise.all([
      this.#show('class', device),
      ...parents.map((parent) => this.#filters(device, parent)),
    ]);
    return {
      device,
      qdiscs,
      classes: parseClasses(classes),
      tables: listings.flatMap(({ tables }) => tables),
      filters: listings.flatMap(({ filters }) => filters),
    };
  }

  async #hook(device: string, qdisc: ObservedHook['qdisc']): Promise<ObservedHook> {
    if (qdisc === undefined) return { qdisc, filters: [], egressFilters: [] };
    const [{ filters }, egress] = await Promise.all([
      this.#filters(device, 'ingress'),
      qdisc === 'clsact' ? this.#filters(device, 'egress') : undefined,
    ]);
    return { qdisc, filters, egressFilters: egress?.filters ?? [] };
  }

  async #filters(device: string, parent: string): Promise<FilterListing> {
    return parseFilters(await this.#show('filter', device, ...filterParent(parent)), parent);
  }

  async #show(kind: 'class' | 'filter', device: string, ...where: readonly string[]): Promise<string> {
    // What is gone by the time of the question is reported as not there, and the next look has the reason.
    return (await this.#text.run([tcCommand(kind, 'show', 'dev', device, ...where)])).stdout;
  }

  async readFilters(refs: readonly FilterRef[]): Promise<readonly (ObservedFilter | undefined)[]> {
    const roots = new RootTables((command) => this.#json.run([command]));
    const found = new Map<string, ObservedFilter>();
    for (const [place, group] of Map.groupBy(refs, ({ device, parent }) => `${device} ${parent}`)) {
      const commands: TcCommand[] = [];
      for (const ref of group) commands.push(getCommand(ref, await roots.idFor(ref)));
      const { stdout } = await this.#text.run(commands);
      for (const filter of parseFilters(stdout, group[0]?.parent ?? '').filters)
        found.set(`${place} ${filterName(filter, filter.u32?.handle)}`, filter);
    }
    return refs.map((ref) => found.get(`${ref.device} ${ref.parent} ${filterName(ref, ref.handle)}`));
  }

  async probe(): Promise<Capabilities> {
    const { tc = defaultTc, env, timeoutMs = defaultTimeoutMs } = this.settings;
    const transport = new TcTransport(this.settings);
    try {
      return await probeTc({ tc, env, timeoutMs, transport });
    } finally {
      transport.close();
    }
  }

  close(): void {
    this.#text.close();
    this.#json.close();
  }

  get #ipSettings(): IpSettings {
    const { env, timeoutMs = defaultTimeoutMs } = this.settings;
    return { env, timeoutMs };
  }

  #newBatch(...options: readonly string[]): TcBatch {
    const { tc = defaultTc, timeoutMs = defaultTimeoutMs, tableDirectory, env } = this.settings;
    return new TcBatch({ tc, options, env: { ...env, TC_LIB_DIR: tableDirectory }, timeoutMs });
  }
}

function shapesOf(operation: Operation): readonly Shape[] {
  const spec = operation.kind === 'qdisc' ? operation.spec : undefined;
  const shape = spec?.kind === 'netem' ? spec.profile.delay.shape : undefined;
  return shape ? [shape] : [];
}

function getCommand(ref: FilterRef, rootTable: number | undefined): TcCommand {
  const { handle } = ref;
  const table = handle.table === 'root' ? (rootTable ?? 0) : handle.table;
  return tcCommand(...filterWords('get', ref), 'handle', u32HandleWord(table, handle), 'u32');
}

/** Within its parent. */
function filterName({ pref }: Pick<FilterPlace, 'pref'>, handle: U32Handle | undefined): string {
  return [pref, handle?.table, handle?.bucket, handle?.node].join(' ');
}
