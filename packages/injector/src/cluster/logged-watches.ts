import { isPodlagError, type Logger } from '@podlag/core';
import type { KubeApi, KubeObject, Observer, Resource, Scope, Watch } from '@podlag/kube';

/**
 * The same API, with word in the log when a watch falls silent and when it is heard again. Whoever sees only that a pod does
 * not get ready looks there first.
 */
export function withLoggedWatches(api: KubeApi, logger: Logger): KubeApi {
  return {
    serverVersion: () => api.serverVersion(),
    get: (resource, ref) => api.get(resource, ref),
    create: (resource, object) => api.create(resource, object),
    replace: (resource, object) => api.replace(resource, object),
    patch: (resource, ref, operations) => api.patch(resource, ref, operations),
    watch: <T extends KubeObject>(resource: Resource<T>, scope: Scope, observer: Observer<T>): Watch =>
      api.watch(resource, scope, logged(resource, observer, logger)),
  };
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
