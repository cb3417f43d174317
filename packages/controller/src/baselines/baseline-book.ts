import { defaultAgentPort, Duration, type Clock, type Logger } from '@podlag/core';
import type { AgentClient } from '@podlag/client';
import { problemOf } from '../dispatch/problem-of';
import type { RecalledBaselines } from './recalled-baselines';
import { pairName, type PodPair, type RegionPair } from './region-pairs';

/** A round trip is news when it differs by more than this, in milliseconds: less is noise, and each news is a thousand plans. */
export const newsMs = 0.2;
/** When nobody has answered, it is tried again after this, in milliseconds. */
const againMs = 1_000;
/** After so many tries nothing is subtracted: a matrix must not wait for ever for a port that is closed. */
export const mostTries = 3;
/** How often a round trip of which nothing is known is tried after that, in milliseconds. */
const lateMs = 30_000;
/**
 * After the first answer it is measured again after this, in milliseconds: matrices are often applied together with their
 * pods, and nodes that start these are slow for a while.
 */
export const secondMs = 10_000;
/** What is measured first is told together, as far as it comes within this, in milliseconds: each news is a thousand plans. */
const gatherMs = 2_000;
const probe = { count: 11, interval: '10ms', timeout: '3s' } as const;

/** What a BaselineBook needs. */
export interface BaselineBookParts {
  /** The client of the agent in a pod; undefined while there is none. */
  readonly clientOf: (podKey: string) => AgentClient | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often each is measured again, in milliseconds. */
  readonly intervalMs: number;
  /** Called when a round trip has become known, or another. */
  readonly onChange: () => void;
}

interface Entry {
  readonly pair: RegionPair;
  podPairs: readonly PodPair[];
  /** Zero after the last try that failed. */
  rtt: Duration | undefined;
  isMeasured: boolean;
  /** Since the last answer. */
  failedTries: number;
  /** What the last try that failed was told. */
  problem: string;
  cancel: () => void;
}

/** What is known of one round trip of a matrix. */
export type BaselineState =
  | { readonly kind: 'measured'; readonly pair: RegionPair; readonly rtt: Duration }
  | { readonly kind: 'unmeasured'; readonly pair: RegionPair; readonly problem: string }
  | { readonly kind: 'waiting'; readonly pair: RegionPair };

/** The round trips between the regions of matrices without what the matrices add, as agents measure them. */
export class BaselineBook {
  /** By matrix, then by pair. */
  readonly #matrices = new Map<string, Map<string, Entry>>();
  #recalled: RecalledBaselines = new Map();
  #hasNews = false;
  #cancelGathering: (() => void) | undefined;

  constructor(private readonly parts: BaselineBookParts) {}

  /** What was measured before this controller led. It holds until it is measured again. */
  recall(recalled: RecalledBaselines): void {
    this.#recalled = recalled;
  }

  /** From now on these matrices are measured, between these pods, and no others. A new pair at once. */
  follow(wanted: ReadonlyMap<string, ReadonlyMap<RegionPair, readonly PodPair[]>>): void {
    for (const [key, entries] of this.#matrices) {
      const pairs = new Set([...(wanted.get(key)?.keys() ?? [])].map(nameOf));
      for (const [name, entry] of entries) if (!pairs.has(name)) this.#forget(entries, name, entry);
      if (!wanted.has(key)) this.#matrices.delete(key);
    }
    for (const [key, pairs] of wanted) {
      const entries = this.#matrices.get(key) ?? new Map<string, Entry>();
      this.#matrices.set(key, entries);
      for (const [pair, podPairs] of pairs) this.#followPair(key, entries, { pair, podPairs });
    }
  }

  /** The round trip from one region to another, and so back. Undefined until it is measured; zero where it cannot be. */
  rtt(from: string, to: string, matrixKey: string): Duration | undefined {
    const name = pairName(from, to);
    return this.#matrices.get(matrixKey)?.get(name)?.rtt ?? this.#recalled.get(matrixKey)?.get(name);
  }

  /** All round trips of a matrix, sorted by regions. */
  statesOf(matrixKey: string): readonly BaselineState[] {
    return [...(this.#matrices.get(matrixKey)?.values() ?? [])]
      .map(stateOf)
      .toSorted((one, other) => (nameOf(one.pair) < nameOf(other.pair) ? -1 : 1));
  }

  close(): void {
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
    this.follow(new Map());
  }

  #followPair(
    matrixKey: string,
    entries: Map<string, Entry>,
    { pair, podPairs }: Pick<Entry, 'pair' | 'podPairs'>,
  ): void {
    const name = nameOf(pair);
    const present = entries.get(name);
    if (present !== undefined) {
      present.podPairs = podPairs;
      return;
    }
    const rtt = this.#recalled.get(matrixKey)?.get(name);
    const entry: Entry = {
      ...{ pair, podPairs, rtt, isMeasured: rtt !== undefined, failedTries: 0, problem: '' },
      cancel: () => undefined,
    };
    entries.set(name, entry);
    void this.#measure(entries, name, entry);
  }

  #forget(entries: Map<string, Entry>, name: string, entry: Entry): void {
    entry.cancel();
    entries.delete(name);
  }

  async #measure(entries: Map<string, Entry>, name: string, entry: Entry): Promise<void> {
    const told = await Promise.all(entry.podPairs.map((pair) => this.#measured(pair)));
    if (entries.get(name) !== entry) return;
    const rtt = median(told.flatMap((one) => (typeof one === 'string' ? [] : [one])));
    const pauseMs =
      rtt === undefined
        ? this.#failed(entry, told.find((one) => typeof one === 'string') ?? 'no pod to ask')
        : this.#succeeded(entry, rtt);
    entry.cancel = this.parts.clock.after(pauseMs, () => void this.#measure(entries, name, entry));
    this.#gather();
  }

  #gather(): void {
    if (!this.#hasNews) return;
    if ([...this.#matrices.values()].some((entries) => [...entries.values()].some(isAskedFirst)))
      this.#cancelGathering ??= this.parts.clock.after(gatherMs, () => this.#tell());
    else this.#tell();
  }

  #tell(): void {
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
    this.#hasNews = false;
    this.parts.onChange();
  }

  /** When to measure again, in milliseconds; so `#failed`. */
  #succeeded(entry: Entry, rtt: Duration): number {
    const isFirst = !entry.isMeasured;
    const news = isFirst || isNews(entry.rtt, rtt);
    entry.isMeasured = true;
    entry.failedTries = 0;
    if (news) {
      entry.rtt = rtt;
      this.#hasNews = true;
    }
    return isFirst ? Math.min(secondMs, this.parts.intervalMs) : this.parts.intervalMs;
  }

  /** One that was measured once stays what it was. */
  #failed(entry: Entry, problem: string): number {
    entry.failedTries++;
    entry.problem = problem;
    if (entry.failedTries < mostTries) return againMs;
    if (entry.rtt === undefined) {
      entry.rtt = Duration.zero;
      this.parts.logger.warn(
        { between: entry.pair, problem },
        'baseline: not measured, nothing is subtracted',
      );
      this.#hasNews = true;
    }
    return Math.min(lateMs, this.parts.intervalMs);
  }

  /**
   * The shortest that one agent has measured, or why there is none. What else its node does makes a round trip longer, and
   * what is taken off too much would be missing for as long as nothing is measured anew.
   */
  async #measured({ from, to }: PodPair): Promise<Duration | string> {
    const [dst = ''] = to.addresses;
    try {
      const result = await this.parts.clientOf(from.key)?.probe({ dst, ...probe });
      return result?.idle.min ?? `${from.key} gets no answer from ${to.key} at port ${defaultAgentPort}`;
    } catch (error) {
      const problem = problemOf(error);
      this.parts.logger.debug({ from: from.key, to: to.key, ...problem }, 'baseline: not measured');
      return `${from.key}: ${problem.detail}`;
    }
  }
}

function isAskedFirst({ rtt, failedTries }: Entry): boolean {
  return rtt === undefined && failedTries === 0;
}

function stateOf({ pair, rtt, isMeasured, problem }: Entry): BaselineState {
  if (rtt === undefined) return { kind: 'waiting', pair };
  return isMeasured ? { kind: 'measured', pair, rtt } : { kind: 'unmeasured', pair, problem };
}

function nameOf(pair: RegionPair): string {
  return pair.join(' ');
}

function median(all: readonly Duration[]): Duration | undefined {
  return all.toSorted((one, other) => one.nanoseconds - other.nanoseconds)[Math.floor((all.length - 1) / 2)];
}

function isNews(known: Duration | undefined, measured: Duration): boolean {
  return known === undefined || Math.abs(known.milliseconds - measured.milliseconds) > newsMs;
}
