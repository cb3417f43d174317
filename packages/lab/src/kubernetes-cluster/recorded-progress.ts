import type { Progress } from '../kernel/progress';
import type { ClusterStateFile, StepOutcome } from './cluster-state';

/** Steps that others can follow in the cluster's file, where this process' own words go to a log. */
export function recordedProgress(
  file: ClusterStateFile,
  now: () => number = () => performance.now(),
): Progress {
  return {
    async step(title, work) {
      const start = now();
      const index = file.current.steps.length;
      const end = (kind: 'done' | 'failed'): Promise<void> => {
        const outcome: StepOutcome = { kind, seconds: (now() - start) / 1000 };
        return file.note(({ steps }) => ({
          steps: steps.map((step, at) => (at === index ? { title, outcome } : step)),
        }));
      };
      await file.note(({ steps }) => ({ steps: [...steps, { title, outcome: { kind: 'running' } }] }));
      try {
        const result = await work();
        await end('done');
        return result;
      } catch (error) {
        await end('failed');
        throw error;
      }
    },
  };
}
