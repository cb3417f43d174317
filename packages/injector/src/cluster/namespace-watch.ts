import { namespaces, type KubeApi, type KubeObject, type Watch } from '@podlag/kube';
import { systemClock, type Clock } from '@podlag/core';
import type { Check } from '../health';
import type { Labels, NamespaceLabels } from '../namespace';

/** The labels of all namespaces, in memory: a review never waits for the API. */
export class NamespaceWatch implements NamespaceLabels {
  readonly check: Check = {
    name: 'namespaces',
    // Without the labels a pod could get a sidecar for which PodSecurity then refuses it.
    blocker: () => (this.known === undefined ? `not read yet${this.silence('; ')}` : undefined),
    caution: () => (this.silent === undefined ? undefined : this.silence()),
  };
  private known: ReadonlyMap<string, KubeObject> | undefined;
  private silent: { readonly since: Date; readonly problem: string } | undefined;
  private readonly watch: Watch;

  constructor(api: KubeApi, clock: Pick<Clock, 'now'> = systemClock) {
    this.watch = api.watch(
      namespaces,
      {},
      {
        changed: (objects) => {
          this.known = objects;
          this.silent = undefined;
        },
        failed: ({ message }) => {
          this.silent = { since: this.silent?.since ?? new Date(clock.now()), problem: message };
        },
      },
    );
  }

  labelsOf(namespace: string): Labels | undefined {
    const found = this.known?.get(namespace);
    return found && (found.metadata.labels ?? {});
  }

  close(): void {
    this.watch.close();
  }

  private silence(before = ''): string {
    if (this.silent === undefined) return '';
    return `${before}nothing heard of their labels since ${this.silent.since.toISOString()}: ${this.silent.problem}`;
  }
}
