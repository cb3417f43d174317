/** Who made a namespace, and may take it away again. */
export const managedByLabel = { name: 'app.kubernetes.io/managed-by', value: 'podlag-bench' } as const;

/** The run of an object. */
export const runLabel = 'podlag.io/bench-run';

/** Which part of its run a pod is. */
export const partLabel = 'podlag.io/bench-part';

/** Of a worker's pod: its name in the run. */
export const workerLabel = 'podlag.io/bench-worker';

/** Of all objects of a run. */
export function runLabels(run: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'podlag-bench',
    'app.kubernetes.io/part-of': 'podlag',
    [managedByLabel.name]: managedByLabel.value,
    [runLabel]: run,
  };
}
