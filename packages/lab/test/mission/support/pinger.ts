import { kubectl, tryKubectl } from '../../deploy/command';
import { suite } from './suite';
import { untilIn } from './waiting';

/** The container that `addPingers` adds. */
export const pinger = 'pinger';

/**
 * Gives pods whose images have no ping an ephemeral container that has one, as `kubectl debug` does for whoever looks at a
 * network, and waits until all of them run. It goes with its pod.
 */
export async function addPingers(
  namespace: string,
  pods: readonly { readonly name: string }[],
): Promise<void> {
  const image = [`--image=${suite.clientImage}`, '--image-pull-policy=IfNotPresent'];
  const options = [`--container=${pinger}`, '--profile=baseline', '--quiet', '--attach=false'];
  const command = ['--', 'sleep', '1000000'];
  await Promise.all(
    pods.map(({ name }) =>
      kubectl(['debug', '--namespace', namespace, `pod/${name}`, ...image, ...options, ...command]),
    ),
  );
  const runs = async ({ name }: { readonly name: string }): Promise<boolean> =>
    (await tryKubectl(['exec', '--namespace', namespace, name, '--container', pinger, '--', 'true'])).code ===
    0;
  for (const pod of pods) await untilIn(namespace, () => runs(pod));
}
