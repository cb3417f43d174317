import type { Duration } from '@podlag/core';
import type { OwnerReference } from '@podlag/kube';

/** What the objects of one run have in common. */
export interface RunContext {
  readonly run: string;
  readonly namespace: string;
  readonly image: string;
  /** Of the order. Drawn here, so that an orchestrator that takes another's place plans alike. */
  readonly seed: number;
  /** How long the run may take, from the start of its Job to the orchestrator's end. */
  readonly deadline: Duration;
  /** How long pods may take until they run. */
  readonly startWithin: Duration;
  readonly linger: Duration;
  readonly ttl: Duration;
  /** Its version, as `v1.36`. */
  readonly kubernetes: string;
}

/** What belongs to the run's Job, and goes with it. */
export interface OwnedContext extends RunContext {
  readonly owner: OwnerReference;
}
