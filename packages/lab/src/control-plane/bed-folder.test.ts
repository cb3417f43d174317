import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeBedFolder,
  ownerLine,
  parseOwner,
  processIn,
  sweepDeadBeds,
  type BedOwner,
  type ProcessState,
} from './bed-folder';

let parent = '';
let self: BedOwner;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'podlag-beds-'));
  self = {
    pid: String(process.pid),
    startTicks: processIn(await readFile('/proc/self/stat', 'utf8')).startTicks,
    pidNamespace: await readlink('/proc/self/ns/pid'),
  };
});
afterEach(() => rm(parent, { recursive: true }));

/** A folder as a bed leaves it, with a file and a folder in it. */
const bedWith = async (name: string, owner: string | undefined): Promise<string> => {
  const folder = join(parent, name);
  await mkdir(join(folder, 'etcd'), { recursive: true });
  await writeFile(join(folder, 'admin.kubeconfig'), 'token');
  if (owner !== undefined) await writeFile(join(folder, 'owner'), owner);
  return folder;
};

/** More than kernel.pid_max can be. */
const noPid = '4194305';

test('the folder of a bed that runs stays', async () => {
  const folder = await makeBedFolder(parent);
  await sweepDeadBeds(parent);
  expect(await readdir(folder)).toEqual(['owner']);
});

test.each<[string, (self: BedOwner) => Partial<BedOwner>]>([
  ['its process is gone', () => ({ pid: noPid })],
  ['its pid is another process by now', (own) => ({ startTicks: `${own.startTicks}0` })],
])('the folder of a bed is removed, with all that is in it, when %s', async (_, change) => {
  await bedWith('podlag-control-plane-dead', ownerLine({ ...self, ...change(self) }));
  await sweepDeadBeds(parent);
  expect(await readdir(parent)).toEqual([]);
});

test.each<[string, string, ((self: BedOwner) => string) | undefined]>([
  ['whose owner has not been written yet', 'podlag-control-plane-new', undefined],
  ['whose owner is half written', 'podlag-control-plane-half', () => noPid],
  [
    'of a container with other pids',
    'podlag-control-plane-other',
    (own) => ownerLine({ ...own, pid: noPid, pidNamespace: 'pid:[1]' }),
  ],
  ['of somebody with another name', 'systemd-private', (own) => ownerLine({ ...own, pid: noPid })],
])('a folder %s stays', async (_, name, owner) => {
  await bedWith(name, owner?.(self));
  await sweepDeadBeds(parent);
  expect(await readdir(parent)).toEqual([name]);
});

test('a link that looks like a bed is not followed', async () => {
  const target = await bedWith('target', ownerLine({ ...self, pid: noPid }));
  await symlink(target, join(parent, 'podlag-control-plane-link'));
  await sweepDeadBeds(parent);
  expect((await readdir(parent)).sort()).toEqual(['podlag-control-plane-link', 'target']);
  expect(await readdir(target)).toContain('admin.kubeconfig');
});

test('two who sweep at the same time do not trip over each other', async () => {
  for (const name of ['a', 'b', 'c'])
    await bedWith(`podlag-control-plane-${name}`, ownerLine({ ...self, pid: noPid }));
  await Promise.all([sweepDeadBeds(parent), sweepDeadBeds(parent)]);
  expect(await readdir(parent)).toEqual([]);
});

test('an owner is read as it was written', () => {
  expect(parseOwner(ownerLine(self))).toEqual(self);
});

test.each([
  ['S', false],
  ['Z', true],
])('the state (%s) and the start of a process are found behind whatever its name is', (state, hasEnded) => {
  const fields = Array.from({ length: 50 }, (_, index) => String(index + 4));
  expect(processIn(`7 (a Z) c) ${state} ${fields.join(' ')}`)).toEqual({ hasEnded, startTicks: '22' });
});

test('the folder of a bed is removed when its process has ended, and nobody has waited for it', async () => {
  // The shell starts a process, becomes one that waits for none, and so has a zombie for a child.
  const parentOfZombie = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [output] = (await once(parentOfZombie.stdout, 'data')) as [Buffer];
    const pid = String(output).trim();
    let found: ProcessState;
    do found = processIn(await readFile(`/proc/${pid}/stat`, 'utf8'));
    while (!found.hasEnded);
    await bedWith('podlag-control-plane-zombie', ownerLine({ ...self, pid, startTicks: found.startTicks }));
    await sweepDeadBeds(parent);
    expect(await readdir(parent)).toEqual([]);
  } finally {
    parentOfZombie.kill();
  }
});
