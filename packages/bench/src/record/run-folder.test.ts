import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun } from './run';
import { RunFolder } from './run-folder';
import { failedSample, manifestWith, sampleWith } from './testing';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'bench-runs-'));
});
afterEach(() => rm(parent, { recursive: true }));

const samples = [sampleWith({ seq: 0 }), failedSample({ seq: 1 }), sampleWith({ seq: 2 })];
const linesOf = async ({ path }: RunFolder): Promise<string> =>
  readFile(join(path, 'samples.ndjson'), 'utf8');

async function folderWith(all = samples): Promise<RunFolder> {
  const folder = await RunFolder.create(join(parent, 'runs'), manifestWith());
  await Promise.all(all.map((sample) => folder.append(sample)));
  return folder;
}

test('a folder that was written is the run that is read, with lines in the order of the calls', async () => {
  const folder = await folderWith();
  expect(await readRun(folder.path)).toEqual({ manifest: manifestWith(), samples });
  expect(folder.samples).toBe(3);
});

test('what the tools wrote can be left out, and nothing else is', async () => {
  const { path } = await folderWith();
  const without = samples.map((sample) => ({ ...sample, raw: { ...sample.raw, stdout: '', stderr: '' } }));
  expect((await readRun(path, { rawOutput: false })).samples).toEqual(without);
});

test.each(['manifest.json', 'samples.ndjson'])('a %s that cannot be read is told as such', async (file) => {
  const { path } = await folderWith();
  await rm(join(path, file));
  await mkdir(join(path, file));
  const problem = { code: 'invalid-run', message: `${join(path, file)} cannot be read: EISDIR` };
  await expect(readRun(path)).rejects.toMatchObject(problem);
});

test('nothing of a manifest commands a terminal that an error is shown on', async () => {
  const { path } = await folderWith();
  const key = '\u{1b}[31m\u{9b}2J\r\nEVIL\u{7}';
  for (const text of [JSON.stringify({ ...manifestWith(), [key]: 1 }), `{\n${key}`]) {
    await writeFile(join(path, 'manifest.json'), text);
    const error: unknown = await readRun(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid-run', detail: expect.stringMatching(/^[^\p{Cc}]+$/u) });
  }
});

test('a run that has just begun has no samples', async () => {
  const { path } = await folderWith([]);
  expect((await readRun(path)).samples).toEqual([]);
  await rm(join(path, 'samples.ndjson'));
  expect((await readRun(path)).samples).toEqual([]);
});

test('a manifest is replaced as a whole, and nothing is left beside it', async () => {
  const folder = await folderWith([]);
  await folder.writeManifest(manifestWith({ phase: 'aborted' }));
  expect((await readRun(folder.path)).manifest.phase).toBe('aborted');
  expect((await readdir(folder.path)).sort()).toEqual(['manifest.json', 'samples.ndjson']);
});

test('a run is never written over', async () => {
  await folderWith();
  await expect(RunFolder.create(join(parent, 'runs'), manifestWith())).rejects.toMatchObject({
    code: 'invalid-run',
    message: expect.stringContaining('is there already'),
  });
  expect((await readRun(join(parent, 'runs', manifestWith().run))).samples).toEqual(samples);
});

test('a folder that a crash has left before its manifest was written is taken', async () => {
  const path = join(parent, 'runs', manifestWith().run);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'samples.ndjson'), '');
  await writeFile(join(path, 'manifest.json.new'), '{"version"');
  const folder = await folderWith();
  expect(await readRun(folder.path)).toEqual({ manifest: manifestWith(), samples });
});

test('samples whose manifest is lost are not written over', async () => {
  const folder = await folderWith();
  await rm(join(folder.path, 'manifest.json'));
  await expect(folderWith()).rejects.toMatchObject({ code: 'invalid-run' });
  expect(await linesOf(folder)).not.toBe('');
});

test.each([
  ['a half-written line', (file: string) => appendFile(file, '{"trial":"t-3","ru')],
  [
    'a whole line without its newline',
    async (file: string) => truncate(file, (await readFile(file)).length - 1),
  ],
  ['a character cut in two', (file: string) => appendFile(file, Buffer.from('"\u{1f600}').subarray(0, 3))],
])('after %s the run goes on where the last whole line ends', async (_, damage) => {
  const { path } = await folderWith();
  await damage(join(path, 'samples.ndjson'));
  const whole = (await readRun(path)).samples.length;
  const folder = await RunFolder.reopen(path);
  expect(folder.samples).toBe(whole);
  await folder.append(sampleWith({ seq: whole, trial: 'again' }));
  const { samples: read } = await readRun(path);
  expect(read).toHaveLength(whole + 1);
  expect(read.at(-1)?.trial).toBe('again');
});

test.each([
  ['that is there already', sampleWith({ seq: 2 }), /sample 2 .* is not the next, which is 3/],
  ['that comes too early', sampleWith({ seq: 4 }), /sample 4 .* is not the next, which is 3/],
  ['with no number for a figure', sampleWith({ seq: 3, values: { a: NaN } }), /sample 3: values\.a/],
  ['that failed and has a figure', failedSample({ seq: 3, values: { a: 1 } }), /sample 3: .*values/],
])('a sample %s is refused, and the next is taken', async (_, sample, message) => {
  const folder = await folderWith();
  const before = await linesOf(folder);
  await expect(folder.append(sample)).rejects.toMatchObject({
    ...{ code: 'invalid-run', message: expect.stringMatching(message) },
  });
  expect(await linesOf(folder)).toBe(before);
  await folder.append(sampleWith({ seq: 3 }));
  expect((await readRun(folder.path)).samples).toHaveLength(4);
});

test('a manifest that a reader would refuse is not written', async () => {
  const folder = await folderWith();
  await expect(folder.writeManifest(manifestWith({ seed: NaN }))).rejects.toMatchObject({
    code: 'invalid-run',
  });
  expect((await readRun(folder.path)).manifest).toEqual(manifestWith());
});

test('a broken line in the middle is told by its file and number, by reading and by reopening', async () => {
  const folder = await folderWith();
  const [first, , third] = (await linesOf(folder)).split('\n');
  await writeFile(join(folder.path, 'samples.ndjson'), `${first!}\n{}\n${third!}\n`);
  const problem = { code: 'invalid-run', message: expect.stringMatching(/samples\.ndjson, line 2: /) };
  await expect(readRun(folder.path)).rejects.toMatchObject(problem);
  await expect(RunFolder.reopen(folder.path)).rejects.toMatchObject(problem);
});

test('samples of another run are told', async () => {
  const folder = await folderWith();
  await folder.append(sampleWith({ seq: 3, run: 'another' }));
  await expect(readRun(folder.path)).rejects.toMatchObject({
    ...{ code: 'invalid-run', message: expect.stringMatching(/line 4: it is of run "another"/) },
  });
});

test.each([
  ['that is not there', 'absent'],
  ['that holds no run', '.'],
])('a folder %s is no run', async (_, name) => {
  await expect(readRun(join(parent, name))).rejects.toMatchObject({ code: 'run-not-found' });
  await expect(RunFolder.reopen(join(parent, name))).rejects.toMatchObject({ code: 'run-not-found' });
});
