import type { Clock, Logger } from '@podlag/core';
import type { Exemption, QdiscDriver } from '@podlag/netem';
import type { ChangeListener } from './change';
import type { IndexOf } from './device-reading';
import type { DriftSettings } from './drift-watch';
import type { LeaseFile } from './lease-file';
import type { KeptPlans } from './plan-set';

export interface ShaperParts {
  readonly device: string;
  readonly exemptions: readonly Exemption[];
  readonly driver: QdiscDriver;
  readonly lease: LeaseFile;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly drift: DriftSettings;
  /** Of all faults together. */
  readonly mostTargets: number;
  /** Told of each change that was tried, for the metrics. */
  readonly observer?: ShaperObserver;
  readonly onChanged?: ChangeListener;
  /** What the lease keeps beside the faults that calls have set. */
  readonly plans?: () => KeptPlans;
  /** When plans change next what is in force, in milliseconds since the epoch. */
  readonly nextMoment?: () => number | undefined;
  /** Default: as sysfs tells it. */
  readonly indexOf?: IndexOf;
}

export interface ShaperObserver {
  /** `result` is `ok` or the code of the error. */
  applied(result: string, seconds: number): void;
  expired(faults: number): void;
  drifted(): void;
}
