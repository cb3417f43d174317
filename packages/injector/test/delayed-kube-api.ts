import { kubeApiWith, type KubeApi } from '@podlag/kube';
import type { Scheduler } from 'fast-check';

/**
 * A Kubernetes API on a slow network: each call takes effect, each answer comes back and each change is heard of only when
 * the scheduler says so. Every caller has a line of its own; a watch tells in order, but as late as it likes.
 */
export function delayedKubeApi(api: KubeApi, scheduler: Scheduler, line: string): KubeApi {
  const delay = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), `${line}: ${what}`);
  const delayed = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    await delay(what);
    try {
      return await call();
    } finally {
      await delay(`answer to ${what}`);
    }
  };
  return kubeApiWith(api, {
    serverVersion: () => delayed('version', () => api.serverVersion()),
    get: (resource, ref) => delayed(`get ${resource.kind}`, () => api.get(resource, ref)),
    create: (resource, object) => delayed(`create ${resource.kind}`, () => api.create(resource, object)),
    replace: (resource, object) => delayed(`replace ${resource.kind}`, () => api.replace(resource, object)),
    patch: (resource, ref, operations) =>
      delayed(`patch ${resource.kind}`, () => api.patch(resource, ref, operations)),
    watch: (resource, scope, observer) => {
      let told = Promise.resolve();
      const later = (tell: () => void): void => {
        told = told.then(() => delay(`watch ${resource.kind}`)).then(tell);
      };
      let isOpen = true;
      const watch = api.watch(resource, scope, {
        changed: (objects) => later(() => isOpen && observer.changed(objects)),
        failed: (problem) => later(() => isOpen && observer.failed?.(problem)),
      });
      return {
        close: () => {
          isOpen = false;
          watch.close();
        },
      };
    },
  });
}

/** A Kubernetes API whose watch on one kind falls silent after its first word. It does not know that itself. */
export function deafKubeApi(api: KubeApi, kind: string): KubeApi {
  return kubeApiWith(api, {
    watch: (resource, scope, observer) => {
      let isDeaf = false;
      return api.watch(resource, scope, {
        ...observer,
        changed: (objects) => {
          if (!isDeaf) observer.changed(objects);
          isDeaf = resource.kind === kind;
        },
      });
    },
  });
}

/** A Kubernetes API whose answers to `get` are on the way until `hold` is over. They are as old as that then. */
export function heldKubeApi(api: KubeApi, hold: () => Promise<unknown>): KubeApi {
  return kubeApiWith(api, {
    get: async (resource, ref) => {
      const answer = await api.get(resource, ref);
      await hold();
      return answer;
    },
  });
}
