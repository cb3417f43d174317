import { isPodlagError, TaskQueue } from '@podlag/core';
import type { Applied, QdiscTree } from '@podlag/netem';
import type { DeviceReading } from './device-reading';
import { noneLeftOut, type Changed, type ChangeOptions, type Step } from './change';
import { Drain } from './drain';
import { DriftWatch } from './drift-watch';
import { Expiry } from './expiry';
import { assertFewTargets, noFaults, unexpired, type FaultSet } from './fault-set';
import { LeaseKeeper, type LeaseState } from './lease-keeper';
import { isDoneWithout } from './missing-device';
import { renumbered, type RememberedClasses } from './remembered-classes';
import { ShapedDevice, type PossiblePart } from './shaped-device';
import type { ShaperParts } from './shaper-parts';
import { laterStages, type Stage } from './staged-change';
import { Tidying } from './tidying';

interface FirstStage {
  readonly changed: Changed;
  readonly stages: readonly Stage[];
  /** Undefined: nothing is drained. */
  readonly ended: Promise<unknown> | undefined;
}

/**
 * Keeps the kernel as the set of faults says. Each change is one step from set to set: applied and read back before it
 * is the new truth, then written to the lease; when the kernel refuses, the set before is put back. Changes are made
 * one at a time, in the order in which they were asked for.
 */
export class Shaper {
  #faults: FaultSet = noFaults;
  /** What the kernel has, or is to have again. */
  #tree: QdiscTree;
  /** Before that the kernel may have what an earlier agent gave it, and this one has not managed to take up. */
  #hasApplied = false;
  #closed = false;
  readonly #ending = new AbortController();
  readonly #drain = new Drain();
  readonly #queue = new TaskQueue();
  readonly #shaped: ShapedDevice;
  readonly #lease: LeaseKeeper;
  readonly #expiry: Expiry;
  readonly #tidying: Tidying;
  readonly #drift: DriftWatch;

  constructor(private readonly parts: ShaperParts) {
    const { clock, logger, observer, drift, lease, nextMoment } = parts;
    this.#shaped = new ShapedDevice({
      ...parts,
      applied: (result, seconds) => observer?.applied(result, seconds),
    });
    this.#tree = this.#shaped.treeOf(noFaults, undefined);
    this.#lease = new LeaseKeeper(lease, logger, parts.plans);
    this.#expiry = new Expiry({
      clock,
      logger,
      expire: () => this.#expire(),
      expired: (faults) => observer?.expired(faults),
    });
    this.#tidying = new Tidying({
      clock,
      logger,
      tidy: (force) => this.#queue.run(() => this.#tidy(force)),
    });
    this.#drift = new DriftWatch({
      ...{ settings: drift, clock, logger, ...(nextMoment && { nextMoment }) },
      look: () => this.#queue.run(async () => (this.#isShaping ? this.#shaped.read(this.#tree) : undefined)),
      repair: () => this.#queue.run(() => this.#repair()),
      drifted: () => observer?.drifted(),
    });
    this.#drift.start();
  }

  get device(): string {
    return this.parts.device;
  }

  /** What is set now. */
  get faults(): FaultSet {
    return this.#faults;
  }

  /** What is in force; during a drained change the stage that it has come to. */
  get tree(): QdiscTree {
    return this.#tree;
  }

  /** Of all faults together. */
  get mostTargets(): number {
    return this.parts.mostTargets;
  }

  get leaseState(): LeaseState {
    return this.#lease.state;
  }

  /**
   * Goes from the set of the moment to the one that `step` makes of it. A change that is made in stages resolves when
   * the last one is in force, or that of the changes that went on from it; others may be made between its stages.
   *
   * @throws PodlagError of `netemErrors`, or what `step` throws: nothing has changed then; `stopping`
   */
  async change(step: Step, options: ChangeOptions = {}): Promise<Changed> {
    const { changed, stages, ended } = await this.#queue.run(() => this.#changeNow(step, options));
    const { clock, logger } = this.parts;
    const { signal } = this.#ending;
    const commands = [...changed.commands];
    const enter = (tree: QdiscTree, from: QdiscTree): Promise<Applied | undefined> =>
      this.#queue.run(async () => {
        if (this.#tree !== from || this.#closed) return undefined;
        const applied = await this.#enter(tree, tree === stages.at(-1)?.tree);
        commands.push(...applied.commands);
        return applied;
      });
    const later = laterStages(stages, { clock, logger, enter, signal });
    // A change that went on from this one may be over sooner than a stage of this one would have been.
    await Promise.race([later.then(() => ended), ...(ended ? [ended] : [])]);
    return { ...changed, commands };
  }

  /**
   * Takes a set for the truth before the kernel has it: at the start, when there is nothing to go back to. What the
   * kernel has from before stays as it is when it refuses; `change` tries again. What cannot be in force with the rest
   * is left out: nobody is there who could ask for less.
   *
   * @param step what was in force when the agent last ran
   * @param remembered the classes of that
   * @param goOn from what is left of it to what is to be in force now; default: what is left
   * @throws PodlagError of `netemErrors`
   */
  adopt(
    step: (now: number) => FaultSet,
    remembered: RememberedClasses = {},
    goOn: Step = (faults) => faults,
  ): Promise<Applied> {
    return this.#queue.run(async () => {
      const now = this.parts.clock.now();
      const held = step(now);
      this.#faults = goOn(unexpired(held, now), now);
      const before = renumbered(this.#shaped.treeOfAny(held, undefined), remembered);
      this.#tree = this.#shaped.treeOfAny(this.#faults, before);
      const possible = await this.#shaped.possiblePart(this.#faults, this.#tree);
      this.#faults = possible.faults;
      this.#tree = possible.tree;
      const applied = await this.#shaped.apply(this.#tree);
      await this.#settle(applied, this.#tree);
      return applied;
    });
  }

  /** The commands that such a change would run. */
  preview(step: Step): Promise<readonly string[]> {
    return this.#queue.run(async () => {
      const faults = this.#asked(step);
      return this.#shaped.preview(await this.#shaped.possibleTree(faults, this.#tree));
    });
  }

  /** The kernel as it is, beside what is asked. */
  read(): Promise<DeviceReading> {
    return this.#queue.run(() => this.#shaped.read(this.#tree));
  }

  /** Changes that wait for their next stage are told that there will be none: before the end, so that they can say it. */
  endWaits(): void {
    this.#ending.abort();
    this.#drain.stop();
  }

  /** Ends the timers and waits for the change under way. The kernel stays as it is: a restart takes it up again. */
  async close(): Promise<void> {
    this.endWaits();
    this.#closed = true;
    this.#drift.stop();
    await this.#queue.idle();
    this.#expiry.stop();
    this.#tidying.stop();
    this.#shaped.close();
  }

  get #isShaping(): boolean {
    const { egress, ingress } = this.#tree;
    const hasSides = egress !== undefined || ingress !== undefined;
    return !this.#closed && (this.#shaped.isOwed || (this.#hasApplied && hasSides));
  }

  async #changeNow(
    step: Step,
    { drain, leaveOut, unlessSame, isRoutine, confirmed }: ChangeOptions,
  ): Promise<FirstStage> {
    const asked = this.#asked(step);
    const [before, from] = [this.#faults, this.#tree];
    if (unlessSame && asked === before) return this.#confirmSame(confirmed);
    const { faults, tree, leftOut } = await this.#possible(asked, leaveOut);
    const now = this.parts.clock.now();
    const stages = this.#drain.stagesBetween(from, tree, drain, now);
    const first = stages[0]?.tree ?? tree;
    let applied: Applied;
    try {
      applied = await this.#shaped.apply(first, isRoutine);
    } catch (error) {
      if (!isDoneWithout(error, before, faults)) {
        await this.#putBack(error);
        throw error;
      }
      confirmed?.(leftOut);
      return this.#changeWithout(faults, tree);
    }
    this.#faults = faults;
    this.#tree = first;
    this.#drain.entered(stages, drain, now);
    const { ended } = this.#drain;
    confirmed?.(leftOut);
    await this.#settle(applied, tree);
    this.parts.onChanged?.(before, faults);
    return { changed: { commands: applied.commands, from, to: tree }, stages, ended };
  }

  async #possible(asked: FaultSet, leaveOut: boolean | undefined): Promise<PossiblePart> {
    const from = this.#tree;
    if (leaveOut) return this.#shaped.possiblePart(asked, from);
    const tree = await this.#shaped.possibleTree(asked, from);
    return { faults: asked, tree, leftOut: noneLeftOut };
  }

  /** The kernel has it already; the lease may have something new all the same. */
  async #confirmSame(confirmed: ChangeOptions['confirmed']): Promise<FirstStage> {
    const tree = this.#tree;
    confirmed?.(noneLeftOut);
    await this.#lease.save(this.#faults, tree);
    return { changed: { commands: [], from: tree, to: tree }, stages: [], ended: undefined };
  }

  /** The device is not there; when it is, `#tidy` or a repair gives it what is set then. */
  async #changeWithout(faults: FaultSet, tree: QdiscTree): Promise<FirstStage> {
    const from = this.#tree;
    this.#faults = faults;
    this.#tree = tree;
    this.#drain.end();
    this.#shaped.owe();
    this.#tidying.watchMissing();
    await this.#lease.save(faults, tree);
    this.#expiry.watch(faults);
    return { changed: { commands: [], from, to: tree }, stages: [], ended: undefined };
  }

  /** @throws PodlagError `too-many-targets`, or what `step` throws */
  #asked(step: Step): FaultSet {
    const faults = step(this.#faults, this.parts.clock.now());
    assertFewTargets(faults, this.#faults, this.parts.mostTargets);
    return faults;
  }

  /** A later stage: the set of faults is the one that has been asked for already. */
  async #enter(tree: QdiscTree, isLast: boolean): Promise<Applied> {
    const applied = await this.#shaped.apply(tree);
    this.#tree = tree;
    if (isLast) this.#drain.end();
    this.#tidying.watch(applied);
    return applied;
  }

  /** `tree`: where the change ends, whose classes a restarted agent is to find again. */
  async #settle(applied: Applied, tree: QdiscTree): Promise<void> {
    this.#hasApplied = true;
    this.#tidying.watch(applied);
    await this.#lease.save(this.#faults, tree);
    this.#expiry.watch(this.#faults);
  }

  /** The change failed at some command; what was set before is put back, as far as the kernel lets us. */
  async #putBack(reason: unknown): Promise<void> {
    if (isPodlagError(reason, 'device-missing')) return;
    try {
      await this.#repair();
    } catch (error) {
      this.parts.logger.error(
        { err: error, reason },
        'the set before could not be put back; see drift in /v1/state',
      );
    }
  }

  async #tidy(force: boolean): Promise<boolean> {
    if (this.#closed) return true;
    if (!this.#shaped.isOwed) return this.#shaped.tidy(this.#tree, force);
    await this.#repair();
    return false;
  }

  async #repair(): Promise<void> {
    if (this.#closed) return;
    this.#tidying.watch(await this.#shaped.apply(this.#tree));
  }

  async #expire(): Promise<readonly string[]> {
    if (this.#closed) return [];
    let gone: readonly string[] = [];
    const expired: Step = (faults, now) => {
      const left = unexpired(faults, now);
      gone = [...faults.keys()].filter((name) => !left.has(name));
      return left;
    };
    await this.change(expired, { leaveOut: true });
    return gone;
  }
}
