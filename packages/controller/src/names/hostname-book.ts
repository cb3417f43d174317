import { Backoff, type Clock } from '@podlag/core';
import { isIPv6 } from 'node:net';
import type { HostnameProblem } from '../desired/world';
import { isAnswer, type Resolution, type Resolve } from './resolver';

/** How long an answer is taken for true: its TTL, within these, in milliseconds. */
const leastMs = 5_000;
const mostMs = 300_000;
/**
 * How long an address stays a target after an answer without it: connections to it outlive the change, and name servers
 * that answer in turn leave some out each time.
 */
export const graceMs = 60_000;

/** What a HostnameBook needs. */
export interface HostnameBookParts {
  readonly resolve: Resolve;
  readonly clock: Clock;
  /** Called when the addresses of a hostname, or why there are none, have changed. */
  readonly onChange: () => void;
}

interface Entry {
  /** Address to when its grace ends, in milliseconds since the epoch; Infinity for one that the last answer had. */
  known: ReadonlyMap<string, number>;
  addresses: readonly string[] | undefined;
  problem: HostnameProblem | undefined;
  readonly backoff: Backoff;
  cancel: () => void;
}

/** The addresses of hostnames, asked for again when their TTL is over. */
export class HostnameBook {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly parts: HostnameBookParts) {}

  /** From now on these are followed, and no others. */
  follow(hostnames: ReadonlySet<string>): void {
    for (const [hostname, { cancel }] of this.#entries) {
      if (hostnames.has(hostname)) continue;
      cancel();
      this.#entries.delete(hostname);
    }
    for (const hostname of hostnames) if (!this.#entries.has(hostname)) this.#add(hostname);
  }

  /** Sorted. Undefined until it has been resolved once. */
  addressesOf(hostname: string): readonly string[] | undefined {
    return this.#entries.get(hostname)?.addresses;
  }

  /** Why the last question brought no address; undefined when it did, or before it. */
  problemOf(hostname: string): HostnameProblem | undefined {
    return this.#entries.get(hostname)?.problem;
  }

  close(): void {
    this.follow(new Set());
  }

  #add(hostname: string): void {
    const entry: Entry = {
      known: new Map(),
      addresses: undefined,
      problem: undefined,
      backoff: new Backoff({ firstMs: 1_000, mostMs: leastMs }),
      cancel: () => undefined,
    };
    this.#entries.set(hostname, entry);
    void this.#ask(hostname, entry);
  }

  async #ask(hostname: string, entry: Entry): Promise<void> {
    const answer = await this.parts.resolve(hostname).catch((error: unknown) => error as Error);
    if (this.#entries.get(hostname) !== entry) return;
    const pauseMs = answer instanceof Error ? this.#unanswered(entry, answer) : this.#answered(entry, answer);
    entry.cancel = this.parts.clock.after(pauseMs, () => void this.#ask(hostname, entry));
  }

  /** What the last answer had stays: a name server that is down does not move anybody. A grace that has begun ends all the same. */
  #unanswered(entry: Entry, error: Error): number {
    const now = this.parts.clock.now();
    const pauseMs = entry.backoff.next();
    const kept = new Map([...entry.known].filter(([, endsAt]) => endsAt > now));
    this.#learn(entry, kept, { detail: error.message, isAnswered: isAnswer(error) });
    return Math.min(pauseMs, ...[...kept.values()].map((endsAt) => endsAt - now));
  }

  #answered(entry: Entry, answer: Resolution): number {
    const now = this.parts.clock.now();
    entry.backoff.reset();
    const told = new Map(answer.addresses.map((address) => [address, Infinity]));
    const missing = [...entry.known]
      .filter(([address]) => !told.has(address))
      .map(([address, endsAt]) => [address, Math.min(endsAt, graceEnd(address, answer, now))] as const)
      .filter(([, endsAt]) => endsAt > now);
    this.#learn(entry, new Map([...missing, ...told]), undefined);
    return Math.min(pauseOf(answer), ...missing.map(([, endsAt]) => endsAt - now));
  }

  #learn(entry: Entry, known: Entry['known'], problem: Entry['problem']): void {
    // Without an answer an empty book says nothing, not even that there is no address.
    const isUntold = problem !== undefined && known.size === 0;
    const addresses = isUntold ? entry.addresses : [...known.keys()].sort();
    const isNews = entry.problem?.detail !== problem?.detail || addresses?.join() !== entry.addresses?.join();
    entry.known = known;
    entry.problem = problem;
    entry.addresses = addresses;
    if (isNews) this.parts.onChange();
  }
}

/** Of a family of which nothing was told, what is known stays. */
function graceEnd(address: string, { unanswered }: Resolution, now: number): number {
  const family = isIPv6(address) ? 6 : 4;
  return family === unanswered ? Infinity : now + graceMs;
}

/** Half an answer is not to last. */
function pauseOf({ ttlSeconds, unanswered }: Resolution): number {
  if (unanswered !== undefined) return leastMs;
  return Math.min(mostMs, Math.max(leastMs, ttlSeconds * 1_000));
}
