import { createLogger } from '@podlag/core';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigMapVolume } from '../test/config-map-volume';
import { eventually } from '../test/eventually';
import { afterTest, temporaryDirectory } from '../test/temporary-directory';
import type { FileWatcherOptions } from './file-watcher';
import { LiveFile } from './live-file';

interface Lines {
  readonly lines: Record<string, unknown>[];
  write(line: string): void;
}

const collected = (): Lines => ({
  lines: [],
  write(line) {
    this.lines.push(JSON.parse(line) as Record<string, unknown>);
  },
});

/** Watches files whose contents are joined to one text; "bad" is refused. The poll is off unless a test asks for it. */
async function open(
  paths: readonly string[],
  watch: FileWatcherOptions = {},
): Promise<{
  file: LiveFile<string>;
  outcomes: string[];
  log: Lines;
}> {
  const outcomes: string[] = [];
  const log = collected();
  const file = await LiveFile.open({
    label: 'words',
    paths,
    parse: (contents) => {
      const text = contents.map(String).join('+');
      if (text.includes('bad')) throw new Error(`not a good word: ${text}`);
      return text;
    },
    logger: createLogger('test', 'info', log),
    onReload: (outcome) => outcomes.push(outcome),
    pollIntervalMs: 3_600_000,
    settleMs: 1,
    ...watch,
  });
  afterTest(() => file.close());
  return { file, outcomes, log };
}

test('a file that is written in place is read again', async () => {
  const path = join(temporaryDirectory(), 'words');
  writeFileSync(path, 'one');
  const { file } = await open([path]);
  writeFileSync(path, 'two');
  await eventually(() => file.value === 'two');
});

test('a file that another is renamed over is read again, and again', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'words');
  writeFileSync(path, '0');
  const { file } = await open([path]);
  for (const word of ['1', '2', '3']) {
    writeFileSync(join(directory, 'new'), word);
    renameSync(join(directory, 'new'), path);
    await eventually(() => file.value === word);
  }
});

test('a ConfigMap volume, whose ..data link is swapped, is read again, and again', async () => {
  const volume = new ConfigMapVolume(temporaryDirectory(), { words: '0' });
  const { file } = await open([volume.path('words')]);
  for (const words of ['1', '2', '3']) {
    volume.update({ words });
    await eventually(() => file.value === words);
  }
});

test('where the file system tells nothing, the poll finds it', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'a'));
  writeFileSync(join(directory, 'a/words'), 'one');
  const { file } = await open([join(directory, 'a/words')], { pollIntervalMs: 5 });
  // Another directory in the place of the watched one: no event comes from it.
  renameSync(join(directory, 'a'), join(directory, 'b'));
  mkdirSync(join(directory, 'a'));
  writeFileSync(join(directory, 'a/words'), 'two');
  await eventually(() => file.value === 'two');
});

test('files that belong together come together', async () => {
  const volume = new ConfigMapVolume(temporaryDirectory(), { cert: 'c1', key: 'k1' });
  const { file } = await open([volume.path('cert'), volume.path('key')]);
  const seen: string[] = [];
  file.onChange((value) => seen.push(value));
  volume.update({ cert: 'c2', key: 'k2' });
  await eventually(() => file.value === 'c2+k2');
  expect(seen).toEqual(['c2+k2']);
});

test('a bad edit is reported once and the last good one stays in force, until there is a better', async () => {
  const path = join(temporaryDirectory(), 'words');
  writeFileSync(path, 'good');
  const { file, outcomes, log } = await open([path]);
  writeFileSync(path, 'bad');
  expect(await eventually(() => file.problem)).toBe('not a good word: bad');
  expect(file.value).toBe('good');
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', file: 'words', problem: 'not a good word: bad' }),
  );
  writeFileSync(path, 'better');
  await eventually(() => file.value === 'better');
  expect(file.problem).toBeUndefined();
  expect(outcomes).toEqual(['failed', 'reloaded']);
});

test('a value that a listener does not take is refused like a bad edit, and the next one is told again', async () => {
  const path = join(temporaryDirectory(), 'words');
  writeFileSync(path, 'good');
  const { file, outcomes } = await open([path]);
  file.onChange((word) => {
    if (word === 'indigestible') throw new Error(`cannot take ${word}`);
  });
  writeFileSync(path, 'indigestible');
  expect(await eventually(() => file.problem)).toBe('cannot take indigestible');
  expect(file.value).toBe('good');
  writeFileSync(path, 'better');
  await eventually(() => file.value === 'better');
  expect(file.problem).toBeUndefined();
  expect(outcomes).toEqual(['failed', 'reloaded']);
});

test('a file that is taken away is reported, and its content stays in force until it is back', async () => {
  const path = join(temporaryDirectory(), 'words');
  writeFileSync(path, 'good');
  const { file, outcomes } = await open([path]);
  rmSync(path);
  expect(await eventually(() => file.problem)).toContain('words: ENOENT');
  expect(file.value).toBe('good');
  writeFileSync(path, 'good');
  await eventually(() => file.problem === undefined);
  expect(outcomes).toEqual(['failed', 'reloaded']);
});

test('the same content again is no change', async () => {
  const path = join(temporaryDirectory(), 'words');
  writeFileSync(path, 'same');
  const { file, outcomes } = await open([path]);
  writeFileSync(path, 'same');
  writeFileSync(path, 'other');
  await eventually(() => file.value === 'other');
  expect(outcomes).toEqual(['reloaded']);
});

test('a file that is missing at the start is an error that names it', async () => {
  await expect(open([join(temporaryDirectory(), 'nowhere')])).rejects.toMatchObject({
    code: 'unreadable-file',
    message: expect.stringContaining('nowhere'),
  });
});
