import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleTools, programs, startScript } from './debian-tools';
import { ensureBenchTools } from './ensure-bench-tools';
import { readFortioModule, versionsIn } from './fortio-build';
import { cachedTools, recipeDigest, toolsFolderName, toolsFolders } from './tools-folder';

const fortioModule = join(__dirname, '../../fortio');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag bench-tools-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("the repository's go.mod says which fortio is built", async () => {
  expect(await readFortioModule(fortioModule)).toMatchObject({
    version: expect.stringMatching(/^1\.\d+\.\d+$/),
    goVersion: expect.stringMatching(/^1\.\d+/),
  });
});

test.each([
  ['go 1.26.0\nrequire fortio.org/fortio v1.68.2\n', { goVersion: '1.26.0', version: '1.68.2' }],
  [
    'go 1.26\n\nrequire (\n\tfortio.org/fortio v1.70.0 // indirect\n)\n',
    { goVersion: '1.26', version: '1.70.0' },
  ],
])('the versions in %j', (goMod, versions) => {
  expect(versionsIn(goMod)).toEqual(versions);
});

test.each([
  ['require fortio.org/fortio v1.68.2\n', /no line "go VERSION"/],
  ['go 1.26.0\nrequire fortio.org/log v1.17.1\n', /no line "fortio.org\/fortio VERSION"/],
])('a go.mod that lacks a line is refused: %j', (goMod, complaint) => {
  expect(() => versionsIn(goMod)).toThrow(complaint);
});

test('another go.sum is another recipe', () => {
  const digest = recipeDigest({ source: 'one' });
  expect(digest).toMatch(/^[0-9a-f]{8}$/);
  expect(recipeDigest({ source: 'one' })).toBe(digest);
  expect(recipeDigest({ source: 'other' })).not.toBe(digest);
});

test("a folder's name has all versions, in letters that any file system takes", () => {
  const name = toolsFolderName(['3.18-2+deb13u2', '1:2.7.0', '1.68.2'], '0123abcd');
  expect(name).toBe('bench-tools-3.18_2+deb13u2-1_2.7.0-1.68.2-0123abcd');
  expect(name).toMatch(toolsFolders);
});

test('of the folders that were made alike, the one that was asked for last is found; others are not', async () => {
  expect(await cachedTools(folder, '0123abcd')).toBeUndefined();
  for (const [name, second] of [
    ['bench-tools-1-0123abcd', 10],
    ['bench-tools-2-0123abcd', 30],
    ['bench-tools-3-0123abcd', 20],
    ['bench-tools-4-ffffffff', 40],
    ['unfinished-x-0123abcd', 50],
  ] as const) {
    await mkdir(join(folder, name));
    await utimes(join(folder, name), second, second);
  }
  expect(await cachedTools(folder, '0123abcd')).toBe(join(folder, 'bench-tools-2-0123abcd'));
});

test('what is in the cache is taken from there, without any network', async () => {
  const digest = recipeDigest(await readFortioModule(fortioModule));
  await mkdir(join(folder, `bench-tools-1-${digest}`));
  const progress = {
    step: () => Promise.reject(new Error('nothing is to be made')),
  };
  expect(await ensureBenchTools({ cache: folder, module: fortioModule, progress, env: {} })).toEqual({
    path: join(folder, `bench-tools-1-${digest}`, 'bin'),
  });
});

test('a script starts its program by the loader that came along, wherever the folder lies and by whatever name', async () => {
  const libraries = join(folder, 'unpacked/usr/lib/x86_64-linux-gnu');
  await mkdir(libraries, { recursive: true });
  await mkdir(join(folder, 'unpacked/usr/bin'));
  const loader = join(libraries, 'ld-linux-x86-64.so.2');
  await writeFile(loader, '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const made = join(folder, 'made');
  await assembleTools(join(folder, 'unpacked'), made);
  await symlink(made, join(folder, 'elsewhere'));
  const bin = join(folder, 'elsewhere/bin');
  const said = execFileSync('qperf', ['-a', 'two words'], { encoding: 'utf8', env: { PATH: `${bin}:/bin` } });
  const root = `${bin}/../root`;
  expect(said.trimEnd().split('\n')).toEqual([
    ...['--library-path', `${root}/usr/lib/x86_64-linux-gnu`, `${root}/usr/bin/qperf`, '-a', 'two words'],
  ]);
  for (const program of Object.keys(programs)) {
    expect(await readFile(join(made, 'bin', program), 'utf8')).toBe(startScript(program));
  }
});
