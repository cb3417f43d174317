import type { Clock } from '@podlag/core';
import { Slots } from './slots';

/** What PatientSlots need. */
export interface PatientSlotsParts {
  readonly clock: Pick<Clock, 'after'>;
  /** So many tasks at a time, but for the late ones. */
  readonly most: number;
  /** After so many milliseconds a task is late. */
  readonly lateMs: number;
  /** So many late tasks at a time have given their slot back; the next ones keep theirs until one of these has ended. */
  readonly mostLate: number;
}

/** Slots of which a task that takes long gives its own to the next, and goes on without it. */
export class PatientSlots implements Pick<Slots, 'run'> {
  readonly #prompt: Slots;
  readonly #late: Slots;

  constructor(private readonly parts: PatientSlotsParts) {
    this.#prompt = new Slots(parts.most);
    this.#late = new Slots(parts.mostLate);
  }

  /** Settles with the task, late or not. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const { running } = await this.#prompt.run(async () => {
      const running = task();
      await this.#endedOrLate(running);
      // Not itself: it would be waited for.
      return { running };
    });
    return running;
  }

  #endedOrLate(running: Promise<unknown>): Promise<void> {
    const { clock, lateMs } = this.parts;
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        resolve();
      };
      const ended = running.then(end, end);
      const cancel = clock.after(lateMs, () => {
        void this.#late.run(() => {
          resolve();
          return ended;
        });
      });
    });
  }
}
