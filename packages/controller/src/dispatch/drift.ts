import { controllerErrors } from '../controller-errors';
import type { FaultReport } from './agent-report';

/** An agent repairs what it finds changed within 4 s; what is still otherwise after this is told as failed, in milliseconds. */
export const longestDriftMs = 20_000;

/** Since when the kernel of one agent is otherwise than asked. */
export class Drift {
  #differences = 0;
  #since = 0;

  /** The agent has looked: so many differences there are. `now` in milliseconds since the epoch. */
  heard(differences: number, now: number): void {
    if (this.#differences === 0) this.#since = now;
    this.#differences = differences;
  }

  get isThere(): boolean {
    return this.#differences > 0;
  }

  /** What is to be told of a fault that the agent calls in force: it is not, as far as the kernel has something else. */
  judged(report: FaultReport, now: number): FaultReport {
    if (report.kind !== 'in-force' || !this.isThere) return report;
    if (now - this.#since < longestDriftMs) return { kind: 'pending' };
    const { code, detail, hint } = controllerErrors.error(
      'drift',
      `the kernel has ${this.#differences} ${this.#differences === 1 ? 'thing' : 'things'} otherwise than asked`,
    );
    return { kind: 'failed', problem: { code, detail, hint } };
  }
}
