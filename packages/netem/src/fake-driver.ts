import type { Capabilities, Capability } from './capabilities';
import { differences, isOurs, rootOf } from './differences';
import type { Applied, QdiscDriver, Reading } from './driver';
import type { LossModel, Profile, ProfileChance } from './profile';
import type { Observed, ObservedChance, ObservedLoss, ObservedNetem, ObservedQdisc } from './observed';
import { plan } from './plan';
import { everybodyPref, exemptions, handles, matchAll, ownersMark, type QdiscTree } from './qdisc-tree';
import { queueLimit } from './queue-limit';
import { shellLine } from './tc-command';

const noCounters = { bytes: 0, packets: 0, drops: 0, backlogPackets: 0 };

/**
 * A device in memory, for tests of what stands on a driver where no kernel is at hand. It plans and compares with the
 * real code, and stands in for the kernel only: whatever is planned, it takes for done.
 */
export class FakeDriver implements QdiscDriver {
  readonly #devices = new Map<string, Observed>();
  closed = false;
  /** Thrown by the next apply, once. */
  failure: Error | undefined;
  shaping: Capability = { available: true };
  /** Each apply that was asked for, in order. */
  readonly applied: QdiscTree[] = [];

  async apply(tree: QdiscTree): Promise<Applied> {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
    const planned = this.#plan(tree);
    this.applied.push(tree);
    const observed = observedAs(tree, this.#observe(tree.device));
    this.#devices.set(tree.device, observed);
    const commands = planned.commands.map(shellLine);
    return Promise.resolve({ commands, decisive: planned.decisive && shellLine(planned.decisive), observed });
  }

  preview(tree: QdiscTree): Promise<readonly string[]> {
    return Promise.resolve(this.#plan(tree).commands.map(shellLine));
  }

  read(tree: QdiscTree): Promise<Reading> {
    const observed = this.#observe(tree.device);
    return Promise.resolve({ observed, differences: differences(tree, observed) });
  }

  tidy(tree: QdiscTree): Promise<boolean> {
    this.#devices.delete(tree.device);
    return Promise.resolve(true);
  }

  capabilities(): Promise<Capabilities> {
    return Promise.resolve({ kernel: '0.0.0-fake', iproute2: '0.0.0', shaping: this.shaping });
  }

  /** The device outlives its driver, as in a kernel. */
  close(): void {
    this.closed = true;
  }

  /** Somebody else changes the device. */
  tamper(device: string, change: (observed: Observed) => Observed): void {
    this.#devices.set(device, change(this.#observe(device)));
  }

  #plan(tree: QdiscTree): ReturnType<typeof plan> {
    return plan(tree, this.#observe(tree.device), {
      takeOverRoot: false,
      loadedShape: tree.profile?.delay.shape?.name,
    });
  }

  #observe(device: string): Observed {
    return this.#devices.get(device) ?? { device, qdiscs: [defaultRoot], classes: [], filters: [] };
  }
}

const defaultRoot: ObservedQdisc = {
  kind: 'noqueue',
  handle: '0:',
  parent: 'root',
  directQueueLength: undefined,
  netem: undefined,
  counters: noCounters,
};

/** What a kernel shows once a tree has been applied to it. */
export function observedAs({ device, profile, agentPort }: QdiscTree, before: Observed): Observed {
  if (profile === undefined) {
    const filters = before.filters.filter(({ pref }) => pref !== everybodyPref);
    return isOurs(rootOf(before)) ? { ...before, filters } : before;
  }
  const plain = { ...defaultRoot };
  return {
    device,
    qdiscs: [
      { ...plain, kind: 'htb', handle: handles.root, directQueueLength: ownersMark },
      { ...plain, kind: 'pfifo', handle: handles.passLeaf, parent: handles.passClass },
      {
        ...plain,
        kind: 'netem',
        handle: handles.shapedLeaf,
        parent: handles.shapedClass,
        netem: netemAs(profile),
      },
    ],
    classes: [handles.passClass, handles.shapedClass],
    filters: [
      ...exemptions(agentPort).map((exemption) => ({ ...exemption, flowid: handles.passClass })),
      { pref: everybodyPref, protocol: 'all', flowid: handles.shapedClass, matches: matchAll },
    ],
  };
}

function netemAs(profile: Profile): ObservedNetem {
  const { delay, loss, duplicate, corrupt, reorder, rate } = profile;
  return {
    limit: queueLimit(profile),
    delaySeconds: delay.time.nanoseconds / 1e9,
    jitterSeconds: delay.jitter.nanoseconds / 1e9,
    delayCorrelation: delay.correlation.fraction,
    loss: lossAs(loss),
    duplicate: chanceAs(duplicate),
    corrupt: chanceAs(corrupt),
    reorder: chanceAs(reorder),
    gap: reorder.gap,
    rateBytesPerSecond: Math.floor((rate?.bitsPerSecond ?? 1e12) / 8),
  };
}

function lossAs(loss: LossModel): ObservedLoss | undefined {
  if (loss.kind === 'random') {
    const random = chanceAs(loss);
    return random && { kind: 'random', ...random };
  }
  const lost = (ratio: { fraction: number }): number => 1 - ratio.fraction;
  if (loss.kind === 'gemodel') {
    return { kind: 'gemodel', chances: [loss.p.fraction, loss.r.fraction, lost(loss.h), lost(loss.k)] };
  }
  return {
    kind: 'state',
    chances: [loss.p13, loss.p31, loss.p32, loss.p23, loss.p14].map(({ fraction }) => fraction),
  };
}

function chanceAs({ ratio, correlation }: ProfileChance): ObservedChance | undefined {
  return ratio.isZero ? undefined : { ratio: ratio.fraction, correlation: correlation.fraction };
}
