import { tryKubectl } from '../../deploy/command';
import { textOf } from '../../deploy/manifest';
import type { Json } from '../../install/installation';
import { waitFor } from './waiting';

/**
 * Creates objects by `kubectl apply -f -`, or `kubectl create -f -`, and answers what it showed beside its data, where
 * warnings are. Anything but success is an error.
 */
export async function shownBy(
  verb: 'apply' | 'create',
  namespace: string,
  ...objects: readonly Json[]
): Promise<string> {
  const { code, stderr } = await tryKubectl([verb, '--namespace', namespace, '-f', '-'], textOf(objects));
  if (code !== 0) throw new Error(`kubectl ${verb}: exit code ${code}\n${stderr}`);
  return stderr;
}

/** Waits until these pods are Ready. */
export async function ready(namespace: string, ...pods: readonly string[]): Promise<void> {
  await waitFor(namespace, 'condition=Ready', ...pods.map((pod) => `pod/${pod}`));
}
