import { isPodlagError, type Logger } from '@podlag/core';
import {
  kubeApiWith,
  type KubeApi,
  type KubeObject,
  type Observer,
  type Resource,
  type Scope,
  type Watch,
} from '@podlag/kube';

/**
 * The same API, with word in the log when a watch falls silent and when it is heard again. Whoever sees only that a pod does
 * not get ready looks there first.
 */
export function withLoggedWatches(api: KubeApi, logger: Logger): KubeApi {
  return kubeApiWith(api, {
    watch: <T extends KubeObject>(resource: Resource<T>, scope: Scope, observer: Observer<T>): Watch =>
      api.watch(resource, scope, logged(resource, observer, logger)),
  });
}

function logged<T extends KubeObject>(
  { kind }: Resource<T>,
  { changed, failed }: Observer<T>,
  logger: Logger,
): Observer<T> {
  let told: string | undefined;
  return {
    changed(objects) {
      if (told !== undefined) logger.info({ kind }, 'watch: heard again');
      told = undefined;
      changed(objects);
    },
    failed(problem) {
      const { message } = problem;
      // It is tried again and again, and says the same for as long as it lasts.
      if (message !== told) {
        const hint = isPodlagError(problem) ? problem.hint : undefined;
        logger.warn({ kind, problem: message, hint }, 'watch: nothing is heard');
      }
      told = message;
      failed?.(problem);
    },
  };
}
