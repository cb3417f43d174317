import type { Clock, Logger, PlannedFault } from '@podlag/core';
import type { EventWriter } from '@podlag/kube';
import type { BaselineBook } from './baselines/baseline-book';
import { recalledBaselines } from './baselines/recalled-baselines';
import { regionPairs } from './baselines/region-pairs';
import { desired, type DesiredObjects } from './desired/desired';
import { DesiredMemory } from './desired/memory';
import { objectKey } from './desired/object-key';
import type { Outcome } from './desired/outcome';
import type { World } from './desired/world';
import type { AgentPlace, Dispatcher } from './dispatch/dispatcher';
import { learningMs, unlearntNamespaces } from './dispatch/learning';
import type { HostnameBook } from './names/hostname-book';
import type { StartBook } from './start/start-book';
import { AskedNames } from './status/asked-names';
import { inheritedPods } from './status/inherited';
import { judged } from './status/object-status';
import { phaseEvent } from './status/phase-event';
import { statusPlace } from './status/status-place';
import type { StatusWriter } from './status/status-writer';
import type { ClusterState, ClusterView } from './world/cluster-view';
import { readableObjects, type SeenObject } from './world/custom-objects';
import { hostnamesOf } from './world/hostnames';
import type { SeenPod } from './world/world-pod';

/** What a Reconciler stands on. */
export interface ReconcilerParts {
  readonly view: ClusterView;
  readonly hostnames: HostnameBook;
  readonly baselines: BaselineBook;
  readonly starts: StartBook;
  readonly statuses: StatusWriter;
  readonly events: EventWriter;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where plans go. Undefined while another leads. */
  readonly dispatcher: () => Dispatcher | undefined;
  readonly onRecomputed: (seconds: number) => void;
}

/** Changes that come together are taken together: a rollout is hundreds. In milliseconds. */
const coalesceMs = 50;
/** Reports of agents come by the thousand. In milliseconds. */
const statusPauseMs = 100;
/** No more than one part in so many of the time goes to statuses. */
const statusShare = 10;

/** The loop: what the cluster and the objects are, to what each agent is to have, and back to what each object's status says. */
export class Reconciler {
  readonly #memory = new DesiredMemory();
  readonly #askedNames = new AskedNames();
  #objects: ReadonlyMap<string, SeenObject> = new Map();
  #outcomes: ReadonlyMap<string, Outcome> = new Map();
  #phases: ReadonlyMap<string, string> = new Map();
  #isClosed = false;
  /** Until when what the last leader knew is waited for, in milliseconds since the epoch. */
  #learntAt = 0;
  /** Since when this controller leads, in milliseconds since the epoch. */
  #ledSince = 0;
  /** What the statuses took the last time, in milliseconds. */
  #statusCostMs = 0;
  #cancelRecompute: (() => void) | undefined;
  #cancelStatus: (() => void) | undefined;
  #cancelEnd = (): void => undefined;

  constructor(private readonly parts: ReconcilerParts) {}

  /** This controller leads from now on. */
  lead(): void {
    this.#ledSince = this.parts.clock.now();
    this.#learntAt = this.#ledSince + learningMs;
    // Nothing is told before agents are asked: what one may have that was not asked yet, nobody knows.
    this.#cancelStatus?.();
    this.#cancelStatus = undefined;
    this.markDirty();
  }

  /** Something has changed: works it out anew, soon. */
  markDirty(): void {
    if (this.#isClosed) return;
    this.#cancelRecompute ??= this.parts.clock.after(coalesceMs, () => {
      this.#cancelRecompute = undefined;
      this.#recompute();
    });
  }

  /** An agent has told something: looks at the statuses, soon. */
  markReported(): void {
    if (this.#isClosed) return;
    const pauseMs = Math.max(statusPauseMs, statusShare * this.#statusCostMs);
    this.#cancelStatus ??= this.parts.clock.after(pauseMs, () => {
      this.#cancelStatus = undefined;
      const startedAt = performance.now();
      this.#tellStatuses();
      this.#statusCostMs = performance.now() - startedAt;
    });
  }

  /** How many objects of a kind are in a phase. */
  get counts(): readonly { readonly kind: string; readonly phase: string; readonly count: number }[] {
    const all = [...this.#objects.values()].map(({ kind, key }) => ({
      kind,
      phase: this.#phases.get(key) ?? 'Pending',
    }));
    const groups = Map.groupBy(all, ({ kind, phase }) => `${kind} ${phase}`);
    return [...groups.values()].flatMap((group) =>
      group.slice(0, 1).map((one) => ({ ...one, count: group.length })),
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRecompute?.();
    this.#cancelStatus?.();
    this.#cancelEnd();
  }

  #recompute(): void {
    const { view, clock, logger, onRecomputed, dispatcher, starts } = this.parts;
    // Half of what there is would take away what the other half asks for.
    if (view.blockers.length > 0) return;
    const startedAt = performance.now();
    const { state, objects } = view;
    this.#objects = objects;
    const readable = readableObjects(objects.values());
    const result = desired(readable, this.#world(state, readable), clock.now(), this.#memory);
    this.#outcomes = result.outcomes;
    this.#askedNames.learn(result.outcomes);
    if (dispatcher() !== undefined) starts.begin(this.#objects, result.outcomes);
    const seconds = (performance.now() - startedAt) / 1_000;
    onRecomputed(seconds);
    logger.debug({ seconds, objects: objects.size, agents: result.plans.size }, 'worked out');
    this.#send(state.pods, result.plans);
    // After that the agents of new pods can be asked.
    if (dispatcher() !== undefined) this.#followBaselines(state, readable);
    this.#awaitEnd();
    this.markReported();
  }

  #world(state: ClusterState, readable: DesiredObjects): World {
    const { hostnames, baselines, starts, dispatcher } = this.parts;
    const isLeading = dispatcher() !== undefined;
    baselines.recall(recalledBaselines(this.#objects));
    hostnames.follow(isLeading ? hostnamesOf(readable) : new Set());
    const agents = state.pods.filter(({ agent }) => agent !== undefined).length;
    return {
      ...state,
      addressesOf: (hostname) => hostnames.addressesOf(hostname),
      hostnameProblem: (hostname) => hostnames.problemOf(hostname),
      baseline: (from, to, matrixKey) => baselines.rtt(from, to, matrixKey),
      started: starts.update(this.#objects, agents, isLeading),
    };
  }

  #followBaselines({ pods, nodeRegions }: ClusterState, { latencyMatrices }: DesiredObjects): void {
    const wanted = latencyMatrices.filter(({ subtractBaseline }) => subtractBaseline);
    this.parts.baselines.follow(
      new Map(
        wanted.map((matrix) => [objectKey('latencymatrix', matrix), regionPairs(matrix, pods, nodeRegions)]),
      ),
    );
  }

  #send(pods: readonly SeenPod[], plans: ReadonlyMap<string, readonly PlannedFault[]>): void {
    const isLearning = this.parts.clock.now() < this.#learntAt;
    const unlearnt = isLearning ? unlearntNamespaces(this.#outcomes) : new Set<string>();
    this.parts.dispatcher()?.want(pods.flatMap(agentPlace), plans, unlearnt);
  }

  /** The next end of an object is a change that nobody tells of. */
  #awaitEnd(): void {
    const { clock } = this.parts;
    this.#cancelEnd();
    const now = clock.now();
    const all = [this.#learntAt, ...[...this.#outcomes.values()].flatMap(({ ends: end }) => end ?? [])];
    const ends = all.filter((end) => end > now);
    if (ends.length === 0) return;
    this.#cancelEnd = clock.after(Math.min(...ends) - now, () => this.markDirty());
  }

  #tellStatuses(): void {
    const dispatcher = this.parts.dispatcher();
    if (dispatcher === undefined) return;
    this.parts.statuses.keepOnly(new Set(this.#objects.keys()));
    const { leftovers, inherited } = dispatcher;
    this.#phases = new Map(
      [...this.#objects.values()].map((seen) => [
        seen.key,
        this.#tellStatus(seen, dispatcher, { leftovers, inherited }),
      ]),
    );
  }

  #tellStatus(
    seen: SeenObject,
    dispatcher: Dispatcher,
    { leftovers, inherited }: Pick<Dispatcher, 'leftovers' | 'inherited'>,
  ): string {
    const { statuses, events, baselines, starts, clock } = this.parts;
    const place = statusPlace(seen);
    const last = statuses.lastOf(place);
    const now = clock.now();
    const outcome = this.#outcomes.get(seen.key);
    const known = { seen, outcome, started: starts.startedOf(seen.key), last, now };
    const { status, verdict } = judged({
      ...known,
      reportOf: (pod, name) => dispatcher.reportOf(pod, name),
      leftovers: this.#askedNames.leftOf(seen.key, leftovers),
      inherited: inheritedPods({ ...known, inherited, ledSince: this.#ledSince }),
      skewMsOf: (pod) => dispatcher.skewMsOf(pod),
      baselines: seen.kind === 'latencymatrix' ? baselines.statesOf(seen.key) : [],
    });
    const note = phaseEvent(seen, last?.phase, verdict);
    if (note !== undefined) events.writeEvent(note);
    statuses.want(place, status);
    return verdict.phase;
  }
}

/** A pod that has run to its end has no agent any more; one without an address is not there yet. */
function agentPlace({ key, namespace, name, uid, agent, mark, gone }: SeenPod): readonly AgentPlace[] {
  if (agent === undefined || gone) return [];
  return [{ key, namespace, name, uid, mark, ...agent }];
}
