import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockRunFolder } from './run-folder-lock';

let parent: string;
beforeEach(async () => void (parent = await mkdtemp(join(tmpdir(), 'bench-lock-'))));
afterEach(() => rm(parent, { recursive: true }));

const folder = (): string => join(parent, 'runs', 'x');
const held = (text: string): Promise<void> => writeFile(join(folder(), 'writer.lock'), text);

async function pidOfTheDead(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('one process at a time writes into a folder, and the next when it has ended', async () => {
  const release = await lockRunFolder(folder());
  await expect(lockRunFolder(folder())).rejects.toMatchObject({
    code: 'run-in-use',
    detail: `process ${process.pid} on ${hostname()} writes into ${folder()}`,
    hint: expect.stringContaining('--results'),
  });
  await release();
  expect(await readdir(folder())).toEqual([]);
  await (
    await lockRunFolder(folder())
  )();
});

test.each<[string, () => Promise<string>]>([
  ['one that was killed', async () => `${hostname()} ${await pidOfTheDead()} 1`],
  ['one whose number another process has now', async () => Promise.resolve(`${hostname()} ${process.pid} 1`)],
  ['one that was killed while it took it', async () => Promise.resolve('')],
])('%s holds no lock', async (_, text) => {
  await (
    await lockRunFolder(folder())
  )();
  await held(await text());
  const release = await lockRunFolder(folder());
  expect(await readFile(join(folder(), 'writer.lock'), 'utf8')).toContain(` ${process.pid} `);
  await release();
});

test('of one on another machine nobody knows whether it has died: it says what to delete', async () => {
  await (
    await lockRunFolder(folder())
  )();
  await held('elsewhere 7 1');
  await expect(lockRunFolder(folder())).rejects.toMatchObject({
    code: 'run-in-use',
    hint: expect.stringContaining(`rm ${join(folder(), 'writer.lock')}`),
  });
});
