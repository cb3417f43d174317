import type { PodRequest } from '@podlag/kube';
import type { Manifest, RunPhase, WorkerRecord } from '../../record/manifest';
import type { Sample } from '../../record/sample';

/** An orchestrator behind the fake API's pod proxy, as far as a launcher sees it: a test says what it has. */
export class ScriptedOrchestrator {
  phase: RunPhase = 'running';
  startedAt = '2026-11-20T12:00:00.000Z';
  samples: readonly Sample[] = [];
  workers: readonly WorkerRecord[] = [];
  /** Each call that came with the right token: `POST /v1/abort`. */
  readonly calls: string[] = [];
  /** Whom it lets in; the first who asks says it. */
  #token: string | undefined;

  constructor(
    readonly run: string,
    private readonly onAbort: (self: ScriptedOrchestrator) => void = (self) => (self.phase = 'aborted'),
  ) {}

  answer({ method, path, headers = {} }: PodRequest): { readonly status: number; readonly text: string } {
    const token = headers['Podlag-Authorization'];
    this.#token ??= token;
    if (token === undefined || token !== this.#token) return { status: 401, text: 'no token' };
    this.calls.push(`${method} ${path}`);
    if (path === '/v1/status') return ok(JSON.stringify(this.#status()));
    if (path === '/v1/manifest') return ok(JSON.stringify(this.#manifest()));
    if (path === '/v1/abort') this.onAbort(this);
    const from = /^\/v1\/samples\?from=([0-9]+)$/.exec(path)?.[1];
    if (from === undefined) return ok('{}');
    return ok(
      this.samples
        .slice(Number(from))
        .map((sample) => `${JSON.stringify(sample)}\n`)
        .join(''),
    );
  }

  #status(): object {
    const { run, phase, startedAt } = this;
    const counts = { planned: 2, done: this.samples.length, failed: this.#failed, secondsLeft: 1, now: [] };
    const workers = this.workers.map(({ name, node, network, lost }) => ({
      ...{ name, node, network },
      state: lost === undefined ? 'here' : 'lost',
    }));
    return { run, phase, startedAt, workers, ...counts };
  }

  #manifest(): Manifest {
    const { run, phase, startedAt, workers } = this;
    return {
      ...{ version: 1, run, phase, startedAt, seed: 1, scenario: {} },
      ...{
        uses: [],
        workers,
        leftOut: [],
        planned: 2,
        samples: this.samples.length,
        failed: this.#failed,
        asked: {},
      },
    };
  }

  get #failed(): number {
    return this.samples.filter(({ status }) => status !== 'ok').length;
  }
}

const ok = (text: string): { readonly status: number; readonly text: string } => ({ status: 200, text });

/** A sample of a run that was measured. */
export function measured(run: string, seq: number): Sample {
  const at = '2026-11-20T12:00:01.000Z';
  return {
    ...{ trial: `t${seq}`, run, use: 'rr', benchmark: 'probe-tcp-rr', path: 'pod', placement: 'other-node' },
    ...{
      condition: 'none',
      client: 'node-1',
      server: 'node-2',
      purpose: 'sample',
      block: 0,
      round: seq,
      seq,
    },
    ...{ startedAt: at, endedAt: at, status: 'ok', values: { round_trip_median: 0.0002 }, argv: ['probe'] },
    raw: { stdout: '', stderr: '', sha256: '0'.repeat(64), truncated: false },
  };
}
