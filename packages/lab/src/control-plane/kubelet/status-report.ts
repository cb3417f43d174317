import { setTimeout as delay } from 'node:timers/promises';
import { TaskQueue } from '@podlag/core';
import { refusalStatus, type ApiClient } from '../api-client';
import { podPath, type ApiPod } from './pod-object';

/** From a failure to the next try. */
const retryMs = 300;

/** Brings a pod's status to the API: the newest, and each once. */
export class StatusReport {
  readonly #queue = new TaskQueue();
  #wanted = '';
  #sent = '';
  /** The object is no longer there, or is another of the same name. */
  #over = false;

  constructor(
    private readonly client: ApiClient,
    private readonly pod: ApiPod,
  ) {}

  /** Answers when this or something newer has arrived, or the pod is gone. */
  async report(status: object): Promise<void> {
    this.#wanted = JSON.stringify(status);
    await this.#queue.run(() => this.send());
  }

  /** Takes the pod's object away, as the kubelet does when nothing of the pod runs any more. */
  async remove(): Promise<void> {
    const { uid } = this.pod.metadata;
    const value = { gracePeriodSeconds: 0, preconditions: { uid } };
    await this.#queue.run(() =>
      this.untilDone(() => this.client.call('DELETE', podPath(this.pod), { value })),
    );
  }

  /** No more of it: the bed ends. */
  close(): void {
    this.#over = true;
  }

  private async send(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === this.#sent) return;
    const { uid } = this.pod.metadata;
    await this.untilDone(() =>
      this.client.call('PATCH', `${podPath(this.pod)}/status`, {
        contentType: 'application/strategic-merge-patch+json',
        // With the uid, so that a new pod of the same name does not get the status of the old one.
        value: { metadata: { uid }, status: JSON.parse(wanted) as object },
      }),
    );
    this.#sent = wanted;
  }

  private async untilDone(call: () => Promise<unknown>): Promise<void> {
    while (!this.#over) {
      try {
        await call();
        return;
      } catch (error) {
        const status = refusalStatus(error);
        if (status === 404 || status === 409 || status === 422) return;
        await delay(retryMs);
      }
    }
  }
}
