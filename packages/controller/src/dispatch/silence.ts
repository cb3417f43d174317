import type { Clock } from '@podlag/core';
import { controllerErrors } from '../controller-errors';
import type { AgentProblem } from './agent-report';

/** What is no answer at all. */
export const unreachable = 'agent-unreachable';

/** What a Silence needs. */
export interface SilenceParts {
  readonly clock: Clock;
  /** When it is long enough to be told, in milliseconds. */
  readonly silentMs: number;
  /** Called when it is. */
  readonly onReport: () => void;
}

/** For how long an agent has been asked without an answer: a container that starts again is away for a second or two. */
export class Silence {
  #since: number | undefined;
  #cancel = (): void => undefined;

  constructor(private readonly parts: SilenceParts) {}

  /** It is asked. When it was asked before and has not answered since, that counts. */
  begin(): void {
    if (this.#since !== undefined) return;
    const { clock, silentMs, onReport } = this.parts;
    this.#since = clock.now();
    this.#cancel = clock.after(silentMs, onReport);
  }

  /** It has answered, or nobody asks any more. */
  end(): void {
    this.#cancel();
    this.#since = undefined;
  }

  /** What to tell when this was the last problem. */
  judged(problem: AgentProblem | undefined): AgentProblem | undefined {
    const { clock, silentMs } = this.parts;
    const isSilent = this.#since !== undefined && clock.now() - this.#since >= silentMs;
    if (problem !== undefined && problem.code !== unreachable) return problem;
    if (!isSilent) return undefined;
    if (problem !== undefined) return problem;
    const { code, detail, hint } = controllerErrors.error(unreachable, `no answer for ${silentMs / 1_000} s`);
    return { code, detail, hint };
  }
}
