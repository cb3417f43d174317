import { isPodlagError, type Clock } from '@podlag/core';
import { isDeepStrictEqual } from 'node:util';
import { apiCall } from './api-call';
import type { KubeApi } from './kube-api';
import { callFailed, kubeErrors } from './kube-errors';
import { heldForMs, released, renewed, taken, termAfter } from './lease-record';
import type { ObjectRef } from './resource';
import { leases, type Lease } from './resources/lease';
import { steadyClock } from './steady-clock';

/**
 * Why one who was leader is not: `lost`, another may be leader by now; `unavailable`, nobody can tell, for the API server is out
 * of reach.
 */
export type StopReason = 'lost' | 'unavailable';

/** Who runs, for which Lease, and who is told. The times are client-go's, in milliseconds. */
export interface LeaderElectionOptions {
  readonly api: Pick<KubeApi, 'get' | 'create' | 'replace'>;
  /** It is made where there is none. */
  readonly lease: Required<ObjectRef>;
  /** Of this process alone, as the pod's name and something random: for people, who find it in the Lease. */
  readonly identity: string;
  /** From now on this is the leader. The term is greater than those of all leaders before. */
  readonly onStarted: (term: number) => void;
  /**
   * It is not, for now. After `unavailable` comes either onStarted, with the same term if nobody else has been leader meanwhile, or
   * `lost`.
   */
  readonly onStopped: (reason: StopReason) => void;
  /** A call has failed. It is tried again by itself. */
  readonly onProblem?: (problem: Error) => void;
  /** How long the others wait for one who is not heard of. Longer than renewDeadlineMs. Default 15000. */
  readonly leaseDurationMs?: number;
  /** How long a leader that cannot renew remains one. Longer than retryPeriodMs. Default 10000. */
  readonly renewDeadlineMs?: number;
  /** How long between one try and the next; for those who wait at random between a half of it and the whole. Default 2000. */
  readonly retryPeriodMs?: number;
  /** Default steadyClock: a Lease must not run out because somebody sets the machine's clock. */
  readonly clock?: Clock;
  /** From 0 to 1. Default Math.random. */
  readonly random?: () => number;
}

const defaults = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
  clock: steadyClock,
  random: Math.random,
  onProblem: (): void => undefined,
};

/** The Lease as it was last seen to change, and when that was by our own clock: those of others may be wrong. */
interface Observed {
  readonly lease: Lease;
  readonly atMs: number;
}

/** `leading`; `unavailable`: it was, holds the Lease for all that it knows, and cannot renew it; `waiting`: somebody else's turn. */
type State =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'leading' | 'unavailable'; readonly term: number; readonly renewedMs: number };

const waiting: State = { kind: 'waiting' };

/** At most one of those who run for a Lease is leader at any time. It runs from the first moment, until it is closed. */
export class LeaderElection {
  private readonly options: Required<LeaderElectionOptions>;
  private state: State = waiting;
  private observed: Observed | undefined;
  private ownTerm: number | undefined;
  /** Of all leaders that were seen. */
  private highestTerm = 0;
  private isClosed = false;
  private attempt: Promise<void> = Promise.resolve();
  private cancelNext = (): void => undefined;
  private cancelDeadline = (): void => undefined;

  constructor(options: LeaderElectionOptions) {
    this.options = { ...defaults, ...options };
    this.try();
  }

  /** By the clock, too: in a process that has stood still for a while other timers ring before that of the deadline. */
  get isLeader(): boolean {
    const { clock, renewDeadlineMs } = this.options;
    return this.state.kind === 'leading' && clock.now() < this.state.renewedMs + renewDeadlineMs;
  }

  /** That of the last time when this was leader: leaseTransitions of the Lease. Undefined before the first. */
  get term(): number | undefined {
    return this.ownTerm;
  }

  /** Runs no more, and gives the Lease back where it is held, so that a successor need not wait. Says nothing to onStopped. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelNext();
    this.cancelDeadline();
    await this.attempt;
    const { api, clock } = this.options;
    const isHeld = this.state.kind !== 'waiting';
    this.state = waiting;
    if (!isHeld || this.observed === undefined) return;
    try {
      await this.inTime(api.replace(leases, released(this.observed.lease, clock.now())));
    } catch (error) {
      // Then the others wait until it runs out.
      this.failed(error);
    }
  }

  private try(): void {
    this.attempt = this.tryOnce().then(() => {
      if (this.isClosed) return;
      const { clock, random, retryPeriodMs } = this.options;
      // Those who wait have begun to wait together, when the leader went.
      const share = this.state.kind === 'waiting' ? 0.5 + random() / 2 : 1;
      this.cancelNext = clock.after(retryPeriodMs * share, () => this.try());
    });
  }

  private async tryOnce(): Promise<void> {
    try {
      if (this.state.kind === 'waiting' || this.observed === undefined) await this.look();
      else await this.renew(this.state.term, this.observed.lease);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Reads the Lease, and does what is to be done about it. */
  private async look(): Promise<void> {
    const { api, lease: ref, identity } = this.options;
    const lease = await this.inTime(api.get(leases, ref));
    if (lease !== undefined) this.observe(lease);
    const isOwn = lease?.spec?.holderIdentity === identity && this.isTermOf(lease);
    if (this.state.kind !== 'waiting') {
      if (isOwn) return this.renew(this.state.term, lease);
      this.stopped('lost');
    }
    if (lease === undefined) await this.take({ metadata: ref }, (made) => api.create(leases, made));
    else if (!this.isHeldByAnother(lease)) await this.take(lease, (next) => api.replace(leases, next));
  }

  private isTermOf({ spec }: Lease): boolean {
    return this.state.kind !== 'waiting' && spec?.leaseTransitions === this.state.term;
  }

  /** A Lease in our own name that this has not taken is of a process that is gone: the kubelet has restarted its container. */
  private isHeldByAnother(lease: Lease): boolean {
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder === '' || holder === this.options.identity || this.observed === undefined) return false;
    return this.options.clock.now() < this.observed.atMs + heldForMs(lease);
  }

  private async take(lease: Lease, write: (lease: Lease) => Promise<Lease>): Promise<void> {
    const nowMs = this.options.clock.now();
    const term = termAfter(this.highestTerm, lease, nowMs);
    try {
      this.holds(await this.inTime(write(taken(lease, term, this.options, nowMs))), term, nowMs);
    } catch (error) {
      // Another was faster.
      if (!isPodlagError(error, 'kube-conflict') && !isPodlagError(error, 'kube-already-exists')) throw error;
    }
  }

  private async renew(term: number, lease: Lease): Promise<void> {
    const { api, clock } = this.options;
    const nowMs = clock.now();
    try {
      this.holds(await this.inTime(api.replace(leases, renewed(lease, nowMs))), term, nowMs);
    } catch (error) {
      if (!isPodlagError(error, 'kube-conflict') && !isPodlagError(error, 'kube-not-found')) throw error;
      // Somebody has written it: perhaps a label only, or this, and nothing was heard of it. At once: by now another may be leader.
      await this.look();
    }
  }

  /** @param renewedMs when the call was sent: the API server did it no earlier */
  private holds(lease: Lease, term: number, renewedMs: number): void {
    this.observed = { lease, atMs: renewedMs };
    const wasLeading = this.state.kind === 'leading';
    this.state = { kind: 'leading', term, renewedMs };
    this.ownTerm = term;
    this.highestTerm = term;
    if (this.isClosed) return;
    const { clock, renewDeadlineMs, onStarted } = this.options;
    this.cancelDeadline();
    this.cancelDeadline = clock.after(renewedMs + renewDeadlineMs - clock.now(), () => this.unavailable());
    if (!wasLeading) onStarted(term);
  }

  private unavailable(): void {
    if (this.state.kind !== 'leading') return;
    this.state = { ...this.state, kind: 'unavailable' };
    this.options.onStopped('unavailable');
  }

  private stopped(reason: StopReason): void {
    this.cancelDeadline();
    this.state = waiting;
    if (!this.isClosed) this.options.onStopped(reason);
  }

  private observe(lease: Lease): void {
    const { lease: before, atMs } = this.observed ?? {};
    const isSame = before !== undefined && isDeepStrictEqual(lease.spec, before.spec);
    this.observed = { lease, atMs: isSame && atMs !== undefined ? atMs : this.options.clock.now() };
    this.highestTerm = Math.max(this.highestTerm, lease.spec?.leaseTransitions ?? 0);
  }

  /** The call, or an error when it hangs: there has to be time for another try before the deadline. */
  private inTime<T>(call: Promise<T>): Promise<T> {
    const { clock, lease, renewDeadlineMs } = this.options;
    const limitMs = renewDeadlineMs / 2;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(limitMs, () =>
        reject(
          callFailed(
            'kube-unavailable',
            apiCall('update', leases, lease),
            `no answer within ${limitMs / 1000} s`,
          ),
        ),
      );
      call.then(resolve, reject).finally(cancel);
    });
  }

  private failed(error: unknown): void {
    const problem = error instanceof Error ? error : kubeErrors.error('kube-unavailable', String(error));
    this.options.onProblem(problem);
  }
}
