/** Runs until the process of its argument is no longer its parent. */
const program =
  'while (process.ppid === Number(process.argv[1])) for (let i = 0; i < 1e5; i += 1) Atomics.pause()';

const script = [
  'chrt --idle 0 "$0" --eval "$1" $$ </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- &',
  'shift',
  'exec "$@"',
].join('\n');

/**
 * The words before a command that start, beside it, what keeps their processor awake: at idle priority (SCHED_IDLE of sched(7)),
 * which has a processor only while nobody else wants it. It has none of the command's lines, and ends when the command does. Both
 * are of one session, since the autogroups of sched(7) give each session its share, whatever the priorities inside.
 */
export function besideWhatKeepsAwake(): readonly string[] {
  return ['sh', '-c', script, process.execPath, program];
}
