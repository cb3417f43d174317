import { isPodlagError, type Clock } from '@podlag/core';
import { kubeErrors, type KubeApi, type KubeObject, type ObjectRef, type Resource } from '@podlag/kube';
import type { CommandContext } from '../frame/command-context';

/** How long to look on. */
export interface Patience extends Pick<CommandContext, 'stderr'> {
  readonly clock: Clock;
  /** Undefined: for ever. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

/** How the looking on ended. */
export type Waited<T> =
  { readonly kind: 'settled'; readonly value: T } | { readonly kind: 'gone' | 'timeout' | 'interrupted' };

/** What waiting does not mend: who asks may not, or there is no such kind. */
const lasting = (['kube-forbidden', 'kube-unauthorized', 'kube-not-found'] as const).map(
  (code) => kubeErrors.kinds[code],
);

/**
 * Looks on an object until `judge` has a word on it, which it is given at first and after each change; undefined is to go on.
 * What the API server cannot say just now, it says later: an outage is told once, and waited out.
 *
 * @throws PodlagError `kube-forbidden`, `kube-unauthorized`, `kube-not-found` from the watch; what `judge` throws
 */
export function waitForObject<T>(
  api: KubeApi,
  target: { readonly resource: Resource<KubeObject>; readonly ref: ObjectRef },
  judge: (object: KubeObject) => T | undefined,
  { clock, timeoutMs, signal, stderr }: Patience,
): Promise<Waited<T>> {
  const { resource, ref } = target;
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = [];
    const finish = (waited: Waited<T>): void => {
      for (const end of ends.splice(0)) end();
      resolve(waited);
    };
    const fail = (error: unknown): void => {
      for (const end of ends.splice(0)) end();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const changed = (objects: ReadonlyMap<string, KubeObject>): void => {
      // By its name: there is no other among them.
      const [object] = objects.values();
      if (object === undefined) {
        finish({ kind: 'gone' });
        return;
      }
      try {
        const value = judge(object);
        if (value !== undefined) finish({ kind: 'settled', value });
      } catch (error) {
        fail(error);
      }
    };
    let told: string | undefined;
    const failed = (problem: Error): void => {
      if (isPodlagError(problem) && lasting.some((kind) => kind === problem.kind)) {
        fail(problem);
        return;
      }
      if (told !== problem.message) stderr(`Waiting, since the watch fails: ${problem.message}\n`);
      told = problem.message;
    };
    const interrupted = (): void => finish({ kind: 'interrupted' });
    signal.addEventListener('abort', interrupted, { once: true });
    ends.push(() => signal.removeEventListener('abort', interrupted));
    if (timeoutMs !== undefined) ends.push(clock.after(timeoutMs, () => finish({ kind: 'timeout' })));
    const watch = api.watch(resource, ref, { changed, failed });
    ends.push(() => watch.close());
    if (signal.aborted) interrupted();
  });
}
