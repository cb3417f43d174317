import { randomBytes } from 'node:crypto';

/** A Job's name is a label of its pods: 63 characters, of which `bench-` and the date take 27. */
const longestName = 36;

/**
 * A new run's name, `NAME-YYYYMMDD-HHMMSS-xxxx`, at most 57 characters: the scenario's name, when (UTC), and what tells two
 * of the same second apart.
 */
export function newRunName(scenario: string, now: Date, random = randomBytes(2).toString('hex')): string {
  const name = scenario.slice(0, longestName).replace(/-+$/, '');
  const [date = '', time = ''] = now.toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
  return `${name}-${date}-${time}-${random}`;
}

/** The name of the Job of a run, and of what there is once in a run. */
export const runObjectName = (run: string): string => `bench-${run}`;

/** The name of what there is once for each worker: `bench-node-1-153012-a1b2`. */
export const workerObjectName = (run: string, worker: string): string => `bench-${worker}-${run.slice(-11)}`;

/** As long as a worker's name may be, so that its objects' names are DNS labels. */
export const longestWorkerName = 63 - 'bench-'.length - 1 - 11;
