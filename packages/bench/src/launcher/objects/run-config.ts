import type { ConfigMap } from '@podlag/kube';
import type { ExpectedWorker } from '../../orchestrator/expected-worker';
import { runObjectName } from '../run-name';
import type { OwnedContext } from './run-context';
import { runLabels } from './run-labels';

/** Its keys, which are the files' names in the orchestrator's pod. */
export const scenarioKey = 'scenario.yaml';
export const workersKey = 'workers.json';

/** What the orchestrator is to do, and with whom. JSON is YAML. */
export function runConfig(
  { run, namespace, owner }: OwnedContext,
  scenario: Readonly<Record<string, unknown>>,
  workers: readonly ExpectedWorker[],
): ConfigMap {
  return {
    metadata: { name: runObjectName(run), namespace, labels: runLabels(run), ownerReferences: [owner] },
    data: { [scenarioKey]: text(scenario), [workersKey]: text(workers) },
  };
}

const text = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
