import type { Writable } from 'node:stream';

/** Tells a person what takes its time. */
export interface Progress {
  /** Does `work`, says what it is before, and how long it took after. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** One plain line for each step: readable on a terminal and in a CI log alike. */
export function lineProgress(out: Writable, now: () => number = () => performance.now()): Progress {
  return {
    async step(title, work) {
      const start = now();
      out.write(`podlag-lab: ${title} ...\n`);
      const result = await work();
      out.write(`podlag-lab: ${title}: ${((now() - start) / 1000).toFixed(1)} s\n`);
      return result;
    },
  };
}
