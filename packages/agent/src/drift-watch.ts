import type { Clock, Logger } from '@podlag/core';
import type { Difference } from '@podlag/netem';
import { isMissing, type DeviceReading } from './device-reading';
import { reasonOf } from './retry';

export interface DriftSettings {
  /** How often the kernel is looked at; a look at 10,000 targets takes 0.1 to 0.3 s of CPU. 0: never. */
  readonly everyMs: number;
  /** Otherwise drift is reported and left. */
  readonly repair: boolean;
}

export interface DriftParts {
  readonly settings: DriftSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** When a change is to be made that is not to wait for a look, in milliseconds since the epoch. Default: there is none. */
  readonly nextMoment?: () => number | undefined;
  /** The kernel beside what is asked; undefined when nothing is asked. */
  readonly look: () => Promise<DeviceReading | undefined>;
  readonly repair: () => Promise<unknown>;
  /** Told each time that the kernel is found otherwise than asked, in a way that it was not before. */
  readonly drifted: () => void;
}

/** A look at many targets takes about so long; one that would be in the way of a moment is put off until after it, once. */
const lookMs = 300;
/** After a moment, for the change itself. */
const afterMomentMs = 50;

/** As many differences as a line of the log has room for. */
const mostLogged = 10;

/**
 * Sees when another program has changed what the agent made, and when the device is gone. A device that comes back, or
 * was made anew between two looks, is shaped again whatever the setting says: nobody has decided against it.
 */
export class DriftWatch {
  #cancel: () => void = () => undefined;
  #stopped = false;
  #known = '';
  #failure = '';
  #wasMissing = false;

  constructor(private readonly parts: DriftParts) {}

  start(): void {
    const { settings, clock } = this.parts;
    if (settings.everyMs === 0 || this.#stopped) return;
    const look = (): void => void this.#check().finally(() => this.start());
    this.#cancel = clock.after(settings.everyMs, () => {
      const putOffMs = this.#untilAfterMoment();
      if (putOffMs === 0) look();
      else this.#cancel = clock.after(putOffMs, look);
    });
  }

  #untilAfterMoment(): number {
    const { clock, nextMoment } = this.parts;
    const leftMs = (nextMoment?.() ?? Infinity) - clock.now();
    return leftMs <= lookMs ? Math.max(0, leftMs) + afterMomentMs : 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #check(): Promise<void> {
    try {
      const reading = await this.parts.look();
      if (this.#stopped) return;
      this.#note(reading?.differences ?? []);
      await this.#mend(reading);
      this.#failure = '';
    } catch (error) {
      this.#noteFailure(error);
    }
  }

  /** Once for each change of the drift: a log that repeats itself every few seconds is read by nobody. */
  #note(differences: readonly Difference[]): void {
    const { logger, drifted } = this.parts;
    const found = differences.length === 0 ? '' : JSON.stringify(differences);
    if (found === this.#known) return;
    this.#known = found;
    if (found === '') {
      logger.info('the kernel is as asked again');
      return;
    }
    drifted();
    logger.warn(
      { drift: differences.slice(0, mostLogged), differences: differences.length },
      'the kernel is otherwise than asked',
    );
  }

  async #mend(reading: DeviceReading | undefined): Promise<void> {
    const { settings, repair, logger } = this.parts;
    const isBack = reading !== undefined && (this.#wasMissing || reading.isNew);
    const differs = reading !== undefined && reading.differences.length > 0 && !isMissing(reading);
    if (differs && (settings.repair || isBack)) {
      await repair();
      this.#known = '';
      logger.info('repaired');
    }
    this.#wasMissing = reading !== undefined && isMissing(reading);
  }

  #noteFailure(error: unknown): void {
    const failure = reasonOf(error);
    if (failure !== this.#failure)
      this.parts.logger.error({ err: error }, `drift could not be looked for or repaired: ${failure}`);
    this.#failure = failure;
  }
}
