import { isPodlagError, TaskQueue, type Logger } from '@podlag/core';
import {
  assertSupported,
  compose,
  netemErrors,
  type Applied,
  type QdiscDriver,
  type QdiscTree,
  type Reading,
} from '@podlag/netem';
import type { Clock } from './clock';
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
 * Keeps the kernel as the set of faults says. Each change is one step from set to set: applied, read back, written to
 * the lease, and only then the new truth; when the kernel refuses, the set before is put back. Changes are made one
 * at a time, in the order in which they were asked for.
 */
export class Shaper {
  #faults: FaultSet = noFaults;
  #leaseState: LeaseState = { saved: true };
  #cancelExpiry: () => void = () => undefined;
  #cancelTidy: () => void = () => undefined;
  #drainUntil = 0;
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
    await this.#queue.idle();
    this.#cancelExpiry();
    this.#cancelTidy();
    this.parts.driver.close();
  }

  async #changeNow(step: (faults: FaultSet, now: number) => FaultSet): Promise<Applied> {
    const { clock } = this.parts;
    const next = unexpired(step(this.#faults, clock.now()), clock.now());
    const tree = this.#treeOf(next);
    await this.#assertCapable(tree);
    const applied = await this.#apply(tree);
    this.#watchDrain(tree);
    this.#faults = next;
    await this.#saveLease();
    this.#watchExpiry();
    return applied;
  }

  #treeOf(faults: FaultSet): QdiscTree {
    const list = faultsOf(faults);
    for (const fault of list) assertSupported(fault);
    const { device, agentPort } = this.parts;
    return { device, agentPort, profile: list.length === 0 ? undefined : compose(list) };
  }

  async #assertCapable({ profile }: QdiscTree): Promise<void> {
    if (profile === undefined) return;
    const { shaping } = await this.parts.driver.capabilities();
    if (shaping.available) return;
    const code =
      shaping.code in netemErrors.kinds ? (shaping.code as keyof typeof netemErrors.kinds) : 'kernel-lacks';
    throw netemErrors.error(code, shaping.reason, { hint: shaping.hint });
  }

  async #apply(tree: QdiscTree): Promise<Applied> {
    const { driver, logger, observer } = this.parts;
    const start = performance.now();
    try {
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
      await this.#restore(error);
      throw error;
    }
  }

  /** The change failed at some command; what was set before is put back, as far as the kernel lets us. */
  async #restore(reason: unknown): Promise<void> {
    const tree = this.#treeOf(this.#faults);
    try {
      await this.parts.driver.apply(tree);
      this.#watchDrain(tree);
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
    const before = this.#faults.size;
    this.change((faults) => faults).then(
      () => {
        observer?.expired(before - this.#faults.size);
        logger.info({ left: this.#faults.size }, 'a fault has expired');
      },
      (error: unknown) => {
        logger.error({ err: error }, 'an expired fault could not be taken away; trying again');
        this.#cancelExpiry = clock.after(retryAfterMs, () => this.#expire());
      },
    );
  }

  /** An empty tree is taken away when its last packet has left. A tree with a profile is left standing. */
  #watchDrain(tree: QdiscTree): void {
    this.#cancelTidy();
    if (tree.profile !== undefined) return;
    const { clock } = this.parts;
    const before = this.#treeOf(this.#faults).profile?.delay;
    const longest = before ? before.time.milliseconds + 4 * before.jitter.milliseconds : 0;
    this.#drainUntil = clock.now() + longest + drainGraceMs;
    this.#scheduleTidy(tree, 0);
  }

  #scheduleTidy(tree: QdiscTree, delayMs: number): void {
    const { clock, driver, logger } = this.parts;
    this.#cancelTidy = clock.after(delayMs, () => {
      const force = clock.now() >= this.#drainUntil;
      const tidied = this.#queue.run(() =>
        this.#faults.size > 0 ? Promise.resolve(true) : driver.tidy(tree, force),
      );
      tidied.then(
        (done) => {
          if (!done) this.#scheduleTidy(tree, tidyEveryMs);
        },
        (error: unknown) => logger.warn({ err: error }, 'the empty tree stays on the device'),
      );
    });
  }
}
