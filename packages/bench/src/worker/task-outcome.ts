import { createHash } from 'node:crypto';
import type { TaskOutcome, TaskStatus } from '../channel/task';
import type { Child, ChildEnd } from './child';

/** Why a program was ended. */
export type Stopped = Extract<TaskStatus, 'timeout' | 'cancelled'>;

/** When a task was under way, milliseconds since the epoch. */
export interface TaskTimes {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** A task's program, after its end. */
export interface EndedProgram {
  readonly argv: readonly [string, ...string[]];
  readonly end: ChildEnd;
  readonly output: Pick<Child, 'stdout' | 'stderr'>;
  /** Undefined: it ended by itself. */
  readonly stopped: Stopped | undefined;
  /** What a program did not do, when it was stopped for that: `did not end within 12 s`. */
  readonly late: string;
}

/** Of a task whose program has ended. */
export function outcomeOf(task: string, program: EndedProgram, times: TaskTimes): TaskOutcome {
  const { argv, end, output, stopped } = program;
  if (end.kind === 'could-not-start') return couldNotStart(task, end.detail, times);
  return {
    ...{ task, argv, ...times },
    status: stopped ?? 'exit',
    detail: detailOf(program),
    exitCode: end.kind === 'exit' ? end.code : undefined,
    stdout: output.stdout.text,
    stderr: output.stderr.text,
    stdoutSha256: output.stdout.sha256,
    truncated: output.stdout.truncated || output.stderr.truncated,
    selfCheck: undefined,
  };
}

/** Of a task that never had a program. */
export function couldNotStart(task: string, detail: string, times: TaskTimes): TaskOutcome {
  return {
    ...{ task, detail, ...times },
    ...{ status: 'could_not_start', argv: [], exitCode: undefined, stdout: '', stderr: '' },
    stdoutSha256: createHash('sha256').digest('hex'),
    ...{ truncated: false, selfCheck: undefined },
  };
}

/** Of a task whose program is there, and that would come to nothing or to another thing than was asked for. */
export function refused(task: string, detail: string, times: TaskTimes): TaskOutcome {
  return { ...couldNotStart(task, detail, times), status: 'refused' };
}

function detailOf({ argv: [name], end, stopped, late }: EndedProgram): string {
  switch (stopped) {
    case 'timeout':
      return `${name} ${late}`;
    case 'cancelled':
      return `${name} was cancelled`;
    case undefined:
      return end.kind === 'signal' ? `${name} was ended by ${end.signal}` : exitWords(name, end);
  }
}

function exitWords(name: string, end: ChildEnd): string {
  return end.kind === 'exit' && end.code !== 0 ? `${name} ended with exit code ${end.code}` : '';
}
