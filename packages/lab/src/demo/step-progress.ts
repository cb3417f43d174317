import type { Writable } from 'node:stream';
import type { LabProgress } from '../cluster';

/** A line for each step: what it is while it goes on, then how long it took. */
export function stepProgress(out: Writable, now: () => number = () => performance.now()): LabProgress {
  return {
    async step(title, work) {
      const start = now();
      out.write(`${title} ... `);
      try {
        const result = await work();
        out.write(`${((now() - start) / 1000).toFixed(1)} s\n`);
        return result;
      } catch (error) {
        out.write('failed\n');
        throw error;
      }
    },
  };
}
