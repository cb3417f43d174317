import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { processIn, type ProcessState } from '../control-plane/bed-folder';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity';

test('this process is alive', async () => {
  expect(await isAlive(await ownIdentity())).toBe(true);
});

test.each<[string, (own: ProcessIdentity) => Partial<ProcessIdentity>]>([
  ['that has this pid later', (own) => ({ startTicks: `${own.startTicks}0` })],
  ['of another boot of this machine', () => ({ bootId: 'another' })],
  ['of a container with other pids', () => ({ pidNamespace: 'pid:[1]' })],
])('a process %s is another one', async (_, change) => {
  const own = await ownIdentity();
  expect(await isAlive({ ...own, ...change(own) })).toBe(false);
});

test('a process that has ended is not alive', async () => {
  const child = spawn('true');
  const { pid = 0 } = child;
  await once(child, 'exit');
  expect(await isAlive({ ...(await ownIdentity()), pid })).toBe(false);
});

test('a process that has ended, and for which nobody has waited, is not alive', async () => {
  // The shell starts a process, becomes one that waits for none, and so has a zombie for a child: one that ends after that.
  const child = 'until read -r name </proc/$PPID/comm && [ "$name" = sleep ]; do :; done';
  const parent = spawn('sh', ['-c', `sh -c '${child}' & echo $!; exec sleep 60`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(String(output));
    let found: ProcessState;
    do found = processIn(await readFile(`/proc/${pid}/stat`, 'utf8'));
    while (!found.hasEnded);
    expect(await isAlive({ ...(await ownIdentity()), pid, startTicks: found.startTicks })).toBe(false);
  } finally {
    parent.kill();
  }
});
