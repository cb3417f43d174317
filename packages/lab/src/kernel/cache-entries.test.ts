import { mkdir, mkdtemp, open, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheEntries, markUsed, prune, superfluous } from './cache-entries';

let cache = '';
beforeEach(async () => (cache = await realpath(await mkdtemp(join(tmpdir(), 'podlag-cache-')))));
afterEach(() => rm(cache, { recursive: true }));

const trees = /^tree-\d$/;
/** A tree that was last used this many seconds after 1970. */
const makeTree = async (name: string, used: number): Promise<void> => {
  await mkdir(join(cache, name));
  await writeFile(join(cache, name, 'file'), '');
  await utimes(join(cache, name), used, used);
};
const makeTrees = async (): Promise<void> => {
  for (const [name, used] of Object.entries({ 'tree-1': 1, 'tree-3': 3, 'tree-2': 2, other: 0 }))
    await makeTree(name, used);
};
const left = async (): Promise<readonly string[]> => (await readdir(cache)).sort();

test('the two that were used last are kept', () => {
  const entries = [
    { name: 'old', usedMs: 1 },
    { name: 'newest', usedMs: 3 },
    { name: 'newer', usedMs: 2 },
  ];
  expect(superfluous(entries)).toEqual(['old']);
  expect(superfluous(entries.slice(1))).toEqual([]);
});

describe('a cache', () => {
  it('tells when each of a kind was used', async () => {
    await makeTrees();
    expect(await cacheEntries(cache, trees)).toEqual(
      expect.arrayContaining([
        { name: 'tree-1', usedMs: 1000 },
        { name: 'tree-2', usedMs: 2000 },
        { name: 'tree-3', usedMs: 3000 },
      ]),
    );
  });

  it('loses what is old of a kind, and nothing of another', async () => {
    await makeTrees();
    await prune(cache, trees);
    expect(await left()).toEqual(['other', 'tree-2', 'tree-3']);
  });

  it('keeps what was asked for again', async () => {
    await makeTrees();
    await markUsed(join(cache, 'tree-1'));
    await prune(cache, trees);
    expect(await left()).toEqual(['other', 'tree-1', 'tree-3']);
  });

  it('keeps what a process still reads, however old it is', async () => {
    await makeTrees();
    const reader = await open(join(cache, 'tree-1/file'));
    try {
      await prune(cache, trees);
      expect(await left()).toEqual(['other', 'tree-1', 'tree-2', 'tree-3']);
    } finally {
      await reader.close();
    }
    await prune(cache, trees);
    expect(await left()).toEqual(['other', 'tree-2', 'tree-3']);
  });
});
