/** What the lab reads of an orchestrator's `GET /v1/status`. */
export interface RunStatus {
  readonly run: string;
  readonly phase: 'waiting' | 'running' | 'finished' | 'aborted' | 'failed';
  readonly workers: readonly { readonly name: string; readonly state: 'waiting' | 'here' | 'lost' }[];
  readonly planned: number;
  readonly done: number;
  readonly failed: number;
  readonly secondsLeft: number;
  readonly now: readonly string[];
  readonly problem?: { readonly code: string; readonly detail: string; readonly hint: string };
}

/** Whether nothing more will be measured. */
export function isOver({ phase }: RunStatus): boolean {
  return phase !== 'waiting' && phase !== 'running';
}

/** A run's state as one line: how far it is, how long it takes still, what goes on. Pure. */
export function statusLine(status: RunStatus): string {
  const { phase, workers, planned, done, failed, secondsLeft, now } = status;
  if (phase === 'waiting') {
    const here = workers.filter(({ state }) => state === 'here').length;
    return `waiting for workers: ${here} of ${workers.length} are here`;
  }
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const counts = `${done} of ${planned} measured${failures}`;
  if (phase !== 'running') return `${phase}: ${counts}`;
  const left = secondsLeft > 0 ? `, about ${timeText(secondsLeft)} left` : '';
  return `${counts}${left}${now.length === 0 ? '' : `; ${now.join('; ')}`}`;
}

function timeText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 100 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
