import type { LaunchProgress } from './launch-progress';

/** A launcher's progress as lines for a log: each said once, and the figures of a run when they have changed. */
export function progressLines(write: (line: string) => void): (progress: LaunchProgress) => void {
  let last = '';
  return (progress) => {
    const text = textOf(progress);
    if (text !== last) write(text);
    last = text;
  };
}

function textOf(progress: LaunchProgress): string {
  switch (progress.kind) {
    case 'named':
      return `run ${progress.run} in namespace ${progress.namespace}`;
    case 'told':
      return progress.sentence;
    case 'waiting':
      return `waiting: ${progress.lines.join('; ')}`;
    case 'folder':
      return `results come to ${progress.folder}`;
    case 'status': {
      const { phase, done, planned, failed, secondsLeft } = progress.status;
      const left = phase === 'running' ? `, ${Math.ceil(secondsLeft)} s left` : '';
      return `${phase}: ${done} of ${planned}${failed > 0 ? `, ${failed} failed` : ''}${left}`;
    }
  }
}
