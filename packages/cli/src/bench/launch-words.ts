import type { LaunchProgress, RunStatus } from '@podlag/bench';
import { Duration } from '@podlag/core';

/** What is said once, and stays; undefined for what passes. */
export function sentenceOf(progress: LaunchProgress): string | undefined {
  switch (progress.kind) {
    case 'named':
      return `Run ${progress.run} in namespace ${progress.namespace}`;
    case 'told':
      return progress.sentence;
    case 'folder':
      return `Results come to ${progress.folder}`;
    case 'waiting':
    case 'status':
      return undefined;
  }
}

/** How the run stands, in one line: what a terminal shows last, and anew each second. */
export function standingOf({ phase, planned, done, failed, secondsLeft, now, workers }: RunStatus): string {
  if (phase === 'waiting') {
    const here = workers.filter(({ state }) => state === 'here').length;
    return `waiting: ${here} of ${workers.length} workers are here`;
  }
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  const left = phase === 'running' ? `, ${spanOf(secondsLeft)} left` : '';
  const measured = now.length === 0 ? '' : `: ${now.join('; ')}`;
  return `${phase}: ${done} of ${planned} samples${failures}${left}${measured}`;
}

/** So often a log is told how far a run is, whatever its length. */
const told = 10;

/** What is new, for a log: phases, lost workers, failures, and each tenth of the way. */
export function newsOf(status: RunStatus, before: RunStatus | undefined): readonly string[] {
  const isNewPhase = status.phase !== before?.phase;
  const isFurther = tenthsOf(status) > (before === undefined ? 0 : tenthsOf(before));
  return [
    ...troublesOf(status, before),
    ...(isNewPhase || isFurther ? [standingOf({ ...status, now: [] })] : []),
  ];
}

/** What is new and not as it should be: also a terminal keeps it. */
export function troublesOf(status: RunStatus, before: RunStatus | undefined): readonly string[] {
  const lostBefore = new Set(before?.workers.filter(({ state }) => state === 'lost').map(({ name }) => name));
  // When a run has ended, its workers go.
  const needed = status.phase === 'waiting' || status.phase === 'running' ? status.workers : [];
  const lost = needed.filter(({ name, state }) => state === 'lost' && !lostBefore.has(name));
  const failed = status.failed - (before?.failed ?? 0);
  return [
    ...lost.map(
      ({ name, node }) => `Worker ${name} on ${node} is lost; what needs it fails, and the run goes on`,
    ),
    ...(failed > 0
      ? [`${failed} more ${failed === 1 ? 'sample' : 'samples'} failed, ${status.failed} of ${status.done}`]
      : []),
  ];
}

function tenthsOf({ done, planned }: RunStatus): number {
  return planned === 0 ? 0 : Math.floor((done * told) / planned);
}

/** A span for people, in whole seconds: `1m20s`. */
export function spanOf(seconds: number): string {
  return Duration.ofNanoseconds(Math.ceil(seconds) * 1e9).toString();
}
