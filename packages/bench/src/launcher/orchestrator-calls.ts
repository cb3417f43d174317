import type { KubeApi, PodRequest } from '@podlag/kube';
import { benchErrors } from '../bench-errors';
import type { RunStatus } from '../orchestrator/run-status';
import type { Manifest } from '../record/manifest';
import { manifestSchema } from '../record/manifest-schema';
import { recordedText } from '../record/recorded';
import type { Sample } from '../record/sample';
import { parseSampleLine } from '../record/sample-lines';
import { httpPort } from './objects/orchestrator-job';
import { statusAnswer } from './status-answer';

/** A run's orchestrator, through the API server: nobody needs a way into the cluster's network, nor `pods/exec`. */
export class OrchestratorCalls {
  constructor(
    private readonly api: Pick<KubeApi, 'podProxy'>,
    readonly pod: { readonly namespace: string; readonly name: string },
    private readonly token: string,
  ) {}

  /**
   * @throws PodlagError as all of these: `kube-unavailable`, `kube-not-found` and `not-started` for what may pass by itself,
   *   `invalid-run` and `bad-message` for what is not understood
   */
  async status(): Promise<RunStatus> {
    return recordedText(statusAnswer, await this.#ask('GET', '/v1/status'), 'GET /v1/status');
  }

  async manifest(): Promise<Manifest> {
    return recordedText(manifestSchema, await this.#ask('GET', '/v1/manifest'), 'GET /v1/manifest');
  }

  /** Those from this `seq` on; perhaps not all of them at once. */
  async samples(from: number): Promise<readonly Sample[]> {
    const path = `/v1/samples?from=${from}`;
    const text = await this.#ask('GET', path);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line, index) => parseSampleLine(line, `GET ${path}, line ${index + 1}`));
  }

  async abort(reason: string): Promise<void> {
    await this.#ask('POST', '/v1/abort', { reason });
  }

  /** All is here: the orchestrator need not wait any longer. */
  async fetched(): Promise<void> {
    await this.#ask('POST', '/v1/fetched');
  }

  async #ask(method: PodRequest['method'], path: string, body?: unknown): Promise<string> {
    const { status, text } = await this.api.podProxy(
      { ...this.pod, port: httpPort },
      {
        ...{ method, path, timeoutMs: 30_000 },
        ...(body !== undefined && { body }),
        // The API server keeps Authorization for itself.
        headers: { 'Podlag-Authorization': `Bearer ${this.token}` },
      },
    );
    if (status >= 200 && status < 300) return text;
    // 503: it listens, and has not read what it is to do yet.
    const code = status === 503 ? 'not-started' : 'bad-message';
    throw benchErrors.error(code, `${method} ${path}: the orchestrator answers ${status}: ${text}`);
  }
}
