import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Duration } from '@podlag/core';
import { toMicroseconds } from './summary';

/** Woken as often as this, a process that is idle stays cheap. */
const resolutionMs = 5;

/** For how long the event loop is busy with other things: as far off may be what this process measures. */
export class EventLoopWatch {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#histogram.enable();
  }

  /** The longest since the watch began. */
  get longest(): Duration {
    // What it records is the whole time from one waking to the next.
    return toMicroseconds(Math.max(0, this.#histogram.max / 1e6 - resolutionMs));
  }

  stop(): void {
    this.#histogram.disable();
  }
}
