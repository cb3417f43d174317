import { Agent, request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { podManifest } from './installation';

/** Pods that were asked for at a steady rate. */
export interface PacedResult {
  readonly sent: number;
  readonly lastedMs: number;
  readonly failures: readonly Failure[];
  readonly medianMs: number;
  readonly longestMs: number;
}

export interface Failure {
  /** Since the start. */
  readonly atMs: number;
  readonly problem: string;
}

/** The bed's own, which is JSON and has a token in it. */
const { env } = process;

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

/**
 * Creates pods in a namespace for the trial only, `perSecond` of them, each at its time whether or not the one before has
 * been answered: a slow answer delays no other, and is not hidden by fewer questions.
 */
export class PacedLoad {
  readonly #agent: Agent;
  readonly #startMs = performance.now();
  readonly #answers: Promise<void>[] = [];
  readonly #failures: Failure[] = [];
  readonly #durations: number[] = [];
  readonly #timer: NodeJS.Timeout;
  #lastedMs = 0;

  private constructor(
    private readonly target: { readonly url: URL; readonly token: string; readonly body: string },
    ca: Buffer,
    perSecond: number,
  ) {
    this.#agent = new Agent({ keepAlive: true, ca });
    this.#timer = setInterval(() => this.catchUp(perSecond), 1000 / perSecond / 2);
  }

  static async start(namespace: string, perSecond: number): Promise<PacedLoad> {
    const config = JSON.parse(await readFile(env.KUBECONFIG ?? '', 'utf8')) as Kubeconfig;
    const [{ cluster }] = config.clusters;
    const url = new URL(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, cluster.server);
    const body = podManifest('', { metadata: { generateName: 'paced-' } });
    return new PacedLoad(
      { url, token: config.users[0].user.token, body },
      Buffer.from(cluster['certificate-authority-data'], 'base64'),
      perSecond,
    );
  }

  /** Since when pods are asked for, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#startMs;
  }

  /** Stops asking, and waits for the last answer. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#lastedMs = this.ageMs;
    await Promise.all(this.#answers);
    this.#agent.destroy();
  }

  /** What came of it until it was stopped. */
  get result(): PacedResult {
    const sorted = this.#durations.toSorted((a, b) => a - b);
    return {
      sent: this.#answers.length,
      lastedMs: this.#lastedMs,
      failures: this.#failures,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
      longestMs: sorted.at(-1) ?? Number.NaN,
    };
  }

  private catchUp(perSecond: number): void {
    const due = Math.floor((this.ageMs / 1000) * perSecond);
    while (this.#answers.length < due) this.#answers.push(this.ask());
  }

  private async ask(): Promise<void> {
    const atMs = this.ageMs;
    const problem = await this.create().catch((error: unknown) => String(error));
    this.#durations.push(this.ageMs - atMs);
    if (problem !== undefined) this.#failures.push({ atMs, problem });
  }

  /** @returns what is wrong with the answer */
  private create(): Promise<string | undefined> {
    const { url, token, body } = this.target;
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    return new Promise((resolve, reject) => {
      const asked = request(url, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(problemOf(response.statusCode, Buffer.concat(chunks).toString())));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

function problemOf(status: number | undefined, text: string): string | undefined {
  const answer = JSON.parse(text) as {
    readonly message?: string;
    readonly spec?: { readonly initContainers?: readonly { readonly name: string }[] };
  };
  if (status !== 201) return `${status}: ${answer.message}`;
  const isInjected = answer.spec?.initContainers?.some(({ name }) => name === 'podlag-agent');
  return isInjected ? undefined : 'no sidecar';
}
