import type { RunStatus } from './run-status';

const patienceMs = 5_000;

/** Asks an orchestrator over its HTTP API. Each call rejects where it does not listen, or does not know its run yet. */
export class OrchestratorCalls {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async status(): Promise<RunStatus> {
    // Of the same build: it says what its types say.
    return (await (await this.#call('GET', '/v1/status')).json()) as RunStatus;
  }

  /** Ends the run; what was measured stays. */
  async abort(reason: string): Promise<void> {
    await (await this.#call('POST', '/v1/abort', JSON.stringify({ reason }))).text();
  }

  /** Nobody needs the orchestrator any more. */
  async fetched(): Promise<void> {
    await (await this.#call('POST', '/v1/fetched')).text();
  }

  async #call(method: string, path: string, body?: string): Promise<Response> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'Podlag-Authorization': `Bearer ${this.token}` },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(patienceMs),
    });
    if (response.ok) return response;
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}
