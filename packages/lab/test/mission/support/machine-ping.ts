import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parsePing, repliesIn, type RoundTrips } from './ping-output';

/** So long it goes on at most, in seconds, where nobody ends it. */
const mostSeconds = 200;

/** A ping from this machine, which needs no API server, ten times a second until it is ended. */
export class MachinePing {
  #printed = '';
  readonly #child;
  readonly #closed;

  /** @param address of a pod of our own cluster, which this machine reaches */
  constructor(private readonly address: string) {
    this.#child = spawn('ping', ['-i', '0.1', '-w', String(mostSeconds), address], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#printed += text));
  }

  /** Waits for so many more replies. @throws where the ping ends before */
  async replied(count: number): Promise<void> {
    const wanted = repliesIn(this.#printed).size + count;
    while (repliesIn(this.#printed).size < wanted) {
      if (this.#child.exitCode !== null) throw new Error(`ping ${this.address} ended: ${this.#printed}`);
      await Promise.race([once(this.#child.stdout, 'data'), this.#closed]);
    }
  }

  /** Ends it. Not with the last one, where it was still under way. */
  async end(): Promise<RoundTrips> {
    this.#child.kill('SIGINT');
    await this.#closed;
    const times = parsePing(this.#printed);
    return times.at(-1) === undefined ? times.slice(0, -1) : times;
  }
}
