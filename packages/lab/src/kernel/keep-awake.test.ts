import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { besideWhatKeepsAwake } from './keep-awake';

/** Its scheduling policy by proc_pid_stat(5), field 41, where 5 is SCHED_IDLE; undefined when it does not run. */
async function policyOf(pid: string): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' ? undefined : Number(fields[38]);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

test('beside the command something runs at idle priority, and it ends when the command is killed', async () => {
  const [program, ...words] = [...besideWhatKeepsAwake(), 'sleep', '60'];
  const command = spawn(program, words);
  const pid = String(command.pid);
  let beside = '';
  await until(async () => {
    beside = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
    return beside !== '' && (await policyOf(beside)) === 5;
  });
  expect(await readFile(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n');
  command.kill('SIGKILL');
  await once(command, 'close');
  // Where others want the processors, it takes its time to see that.
  await until(async () => (await policyOf(beside)) === undefined);
}, 120_000);
