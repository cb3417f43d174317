import { kubectl, tryKubectl } from '../../deploy/command';
import { until } from '../../deploy/until';
import { limits } from './limits';

const timeout = `--timeout=${limits.waitSeconds}s`;

/** `kubectl wait --for=CONDITION TARGET ...`, where a condition is `condition=Ready` and a target `pod/NAME`. */
export async function waitFor(
  namespace: string,
  condition: string,
  ...targets: readonly string[]
): Promise<void> {
  await tellingWhy(namespace, () =>
    kubectl(['wait', '--namespace', namespace, `--for=${condition}`, timeout, ...targets]),
  );
}

/** `kubectl rollout status TARGET`, such as `deployment/NAME`. */
export async function rolledOutIn(namespace: string, ...targets: readonly string[]): Promise<void> {
  await tellingWhy(namespace, () =>
    kubectl(['rollout', 'status', ...targets, '--namespace', namespace, timeout]),
  );
}

/** Asks until the answer is true, about pods of that namespace. */
export function untilIn(namespace: string, question: () => Promise<boolean>): Promise<void> {
  return tellingWhy(namespace, () => until(question, limits.conditionMs));
}

/** Does that; where it fails, the error says in what state the pods of the namespace are, and what happened there. */
async function tellingWhy<T>(namespace: string, doing: () => Promise<T>): Promise<T> {
  try {
    return await doing();
  } catch (error) {
    const shown = await Promise.all([
      tryKubectl(['describe', 'pods', '--namespace', namespace]),
      tryKubectl(['get', 'events', '--namespace', namespace, '--sort-by=.lastTimestamp']),
    ]);
    const state = shown.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    throw new Error(`${(error as Error).message}\n${state}`, { cause: error });
  }
}
