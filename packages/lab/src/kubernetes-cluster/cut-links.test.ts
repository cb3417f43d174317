import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterFiles, type ClusterFiles } from './cluster-folder';
import { noteCutLink, noteMendedLink, readCutLinks } from './cut-links';

let folder = '';
let files: ClusterFiles;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-links-'));
  files = clusterFiles(folder);
});
afterEach(() => rm(folder, { recursive: true }));

test('where none was ever cut, none is', async () => {
  expect(await readCutLinks(files)).toEqual([]);
});

test('links are cut until they are mended, also by two at the same time, and twice', async () => {
  await Promise.all([noteCutLink(files, 'node-2'), noteCutLink(files, 'node-1')]);
  await noteCutLink(files, 'node-2');
  expect(await readCutLinks(files)).toEqual(['node-1', 'node-2']);
  await noteMendedLink(files, 'node-1');
  await noteMendedLink(files, 'node-1');
  expect(await readCutLinks(files)).toEqual(['node-2']);
});
