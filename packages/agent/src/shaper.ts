import { isPodlagError, TaskQueue, type Clock, type Logger } from '@podlag/core';
import {
  assertSupported,
  compose,
  handles,
  netemErrors,
  type Applied,
  type Observed,
  type QdiscDriver,
  type QdiscTree,
  type Reading,
} from '@podlag/netem';
import { faultsOf, nextExpiry, noFaults, unexpired, type FaultSet } from './fault-set';
import type { LeaseFile } from './lease-file';

/** Whether a restart of the agent would find what is set now. */
export type LeaseState = { readonly saved: true } | { readonly saved: false; readonly reason: string };

export interface ShaperParts {
  readonly device: string;
  readonly agentPort: number;
  readonly driver: QdiscDriver;
  readonly lease: LeaseFile;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each change that was tried, for the metrics. */
  readonly observer?: ShaperObserver;
}

export interface ShaperObserver {
  /** `result` is `ok` or the code of the error. */
  applied(result: string, seconds: number): void;
  expired(faults: number): void;
}

/** How often a tree that shapes nothing any more is looked at, until its last packet has left. */
const tidyEveryMs = 250;
/** A queue at a low rate may take longer to drain than anybody waits: so long after its delay it is dropped. */
const drainGraceMs = 30_000;
/** After a change that failed on its own, as an expiry, when nobody is there to ask again. */
const retryAfterMs = 1_000;

/**
 * Keeps the kernel as the set of faults says. Each change is one step from set to set: applied and read back before it
 * is the new truth, then written to the lease; when the kernel refuses, the set before is put back. Changes are made
 * one at a time, in the order in which they were asked for.
 */
export class Shaper {
  #faults: FaultSet = noFaults;
  #leaseState: LeaseState = { saved: true };
  #cancelExpiry: () => void = () => undefined;
  #cancelTidy: () => void = () => undefined;
  #closed = false;
  readonly #trees = new WeakMap<FaultSet, QdiscTree>();
  readonly #queue = new TaskQueue();

  constructor(private readonly parts: ShaperParts) {}

  get device(): string {
    return this.parts.device;
  }

  /** What is set now. */
  get faults(): FaultSet {
    return this.#faults;
  }

  get leaseState(): LeaseState {
    return this.#leaseState;
  }

  /**
   * Goes from the set of the moment to the one that `step` makes of it.
   *
   * @throws PodlagError of `netemErrors`, or what `step` throws; nothing has changed then
   */
  change(step: (faults: FaultSet, now: number) => FaultSet): Promise<Applied> {
    return this.#queue.run(() => this.#changeNow(step));
  }

  /**
   * Takes a set for the truth before the kernel has it: at the start, when there is nothing to go back to. What the
   * kernel has from before stays as it is when it refuses; `change` tries again.
   *
   * @throws PodlagError of `netemErrors`
   */
  adopt(step: (now: number) => FaultSet): Promise<Applied> {
    return this.#queue.run(async () => {
      const now = this.parts.clock.now();
      this.#faults = unexpired(step(now), now);
      const applied = await this.#apply(this.#treeOf(this.#faults));
      await this.#settle(applied);
      return applied;
    });
  }

  /** The commands that such a change would run. */
  preview(step: (faults: FaultSet, now: number) => FaultSet): Promise<readonly string[]> {
    return this.#queue.run(async () => {
      const tree = this.#treeOf(step(this.#faults, this.parts.clock.now()));
      return this.parts.driver.preview(tree);
    });
  }

  /** The kernel as it is, beside what is asked. */
  read(): Promise<Reading> {
    return this.#queue.run(() => this.parts.driver.read(this.#treeOf(this.#faults)));
  }

  /** Ends the timers and waits for the change under way. The kernel stays as it is: a restart takes it up again. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue.idle();
    this.#cancelExpiry();
    this.#cancelTidy();
    this.parts.driver.close();
  }

  async #changeNow(step: (faults: FaultSet, now: number) => FaultSet): Promise<Applied> {
    const next = step(this.#faults, this.parts.clock.now());
    const tree = this.#treeOf(next);
    let applied: Applied;
    try {
      applied = await this.#apply(tree);
    } catch (error) {
      await this.#putBack(error);
      throw error;
    }
    this.#faults = next;
    await this.#settle(applied);
    return applied;
  }

  async #settle({ observed }: Applied): Promise<void> {
    this.#watchDrain(observed);
    await this.#saveLease();
    this.#watchExpiry();
  }

  /** Composed once for each set: every look at the kernel compares with it. */
  #treeOf(faults: FaultSet): QdiscTree {
    const known = this.#trees.get(faults);
    if (known) return known;
    const list = faultsOf(faults);
    for (const fault of list) assertSupported(fault);
    const { device, agentPort } = this.parts;
    const tree = { device, agentPort, profile: list.length === 0 ? undefined : compose(list) };
    this.#trees.set(faults, tree);
    return tree;
  }

  async #assertCapable({ profile }: QdiscTree): Promise<void> {
    if (profile === undefined) return;
    const { shaping } = await this.parts.driver.capabilities(true);
    if (shaping.available) return;
    const code =
      shaping.code in netemErrors.kinds ? (shaping.code as keyof typeof netemErrors.kinds) : 'kernel-lacks';
    throw netemErrors.error(code, shaping.reason, { hint: shaping.hint });
  }

  async #apply(tree: QdiscTree): Promise<Applied> {
    const { driver, logger, observer } = this.parts;
    const start = performance.now();
    try {
      await this.#assertCapable(tree);
      const applied = await driver.apply(tree);
      const milliseconds = performance.now() - start;
      observer?.applied('ok', milliseconds / 1000);
      logger.info(
        { commands: applied.commands, ms: Math.round(milliseconds * 100) / 100 },
        'kernel confirmed',
      );
      return applied;
    } catch (error) {
      observer?.applied(isPodlagError(error) ? error.code : 'internal', (performance.now() - start) / 1000);
      throw error;
    }
  }

  /** The change failed at some command; what was set before is put back, as far as the kernel lets us. */
  async #putBack(reason: unknown): Promise<void> {
    try {
      const { observed } = await this.parts.driver.apply(this.#treeOf(this.#faults));
      this.#watchDrain(observed);
    } catch (error) {
      this.parts.logger.error(
        { err: error, reason },
        'the set before could not be put back; see drift in /v1/state',
      );
    }
  }

  async #saveLease(): Promise<void> {
    const { lease, logger } = this.parts;
    try {
      await lease.write(this.#faults);
      this.#leaseState = { saved: true };
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#leaseState.saved)
        logger.warn({ reason }, 'faults work, but a restart of the agent will not know of them');
      this.#leaseState = { saved: false, reason };
      // A lease of what was set before would bring back what has been taken away since.
      await lease.remove();
    }
  }

  #watchExpiry(): void {
    this.#cancelExpiry();
    const next = nextExpiry(this.#faults);
    if (next === undefined) return;
    const { clock } = this.parts;
    this.#cancelExpiry = clock.after(Math.max(0, next - clock.now()), () => this.#expire());
  }

  #expire(): void {
    const { logger, clock, observer } = this.parts;
    if (this.#closed) return;
    let gone: readonly string[] = [];
    this.change((faults, now) => {
      const left = unexpired(faults, now);
      gone = [...faults.keys()].filter((name) => !left.has(name));
      return left;
    })
      .then(() => {
        // Renewed in the meantime, it lives on.
        if (gone.length === 0) return;
        observer?.expired(gone.length);
        logger.info({ gone }, 'expired');
      })
      .catch((error: unknown) => {
        logger.error({ err: error }, 'an expired fault could not be taken away; trying again');
        this.#cancelExpiry();
        this.#cancelExpiry = clock.after(retryAfterMs, () => this.#expire());
      });
  }

  /** A tree that shapes nothing is taken away when its last packet has left. One with a profile is left standing. */
  #watchDrain(observed: Observed): void {
    this.#cancelTidy();
    if (this.#treeOf(this.#faults).profile !== undefined) return;
    // The leaf still says how long its packets wait, whoever has filled it.
    const leaf = observed.qdiscs.find(({ parent }) => parent === handles.shapedClass)?.netem;
    const longestMs = leaf ? (leaf.delaySeconds + 4 * leaf.jitterSeconds) * 1000 : 0;
    this.#scheduleTidy(0, this.parts.clock.now() + longestMs + drainGraceMs);
  }

  #scheduleTidy(delayMs: number, drainUntil: number): void {
    const { clock, driver, logger } = this.parts;
    this.#cancelTidy = clock.after(delayMs, () => {
      const tidied = this.#queue.run(async () => {
        if (this.#closed || this.#faults.size > 0) return true;
        return driver.tidy(this.#treeOf(this.#faults), clock.now() >= drainUntil);
      });
      tidied.then(
        (done) => {
          if (!done) this.#scheduleTidy(tidyEveryMs, drainUntil);
        },
        (error: unknown) => {
          logger.warn({ err: error }, 'the empty tree could not be taken away; trying again');
          if (!this.#closed) this.#scheduleTidy(retryAfterMs, drainUntil);
        },
      );
    });
  }
}
