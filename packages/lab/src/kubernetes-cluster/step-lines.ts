import type { ClusterStep } from './cluster-state';

/** What is to be said of steps that go on in another process: a line when one begins, another when it is over. */
export class StepLines {
  #told: readonly ClusterStep[] = [];

  /** The lines for what has happened since the last call, in the order of the steps. */
  next(steps: readonly ClusterStep[]): readonly string[] {
    const told = this.#told;
    this.#told = steps;
    return steps.flatMap((step, index) => {
      const before = told[index];
      return [
        ...(before === undefined ? [`${step.title} ...`] : []),
        ...(before === undefined || before.outcome.kind === 'running' ? end(step) : []),
      ];
    });
  }
}

function end({ title, outcome }: ClusterStep): readonly string[] {
  if (outcome.kind === 'running') return [];
  const seconds = `${outcome.seconds.toFixed(1)} s`;
  return [`${title}: ${outcome.kind === 'failed' ? `failed after ${seconds}` : seconds}`];
}
