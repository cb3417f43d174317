import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterFiles, type ClusterFiles } from './cluster-folder';
import { printClusterState } from './cluster-state';
import { abandonedDrafts, makeByDraft } from './draft-folder';
import { ownIdentity } from './process-identity';
import { exampleState } from './testing';

let parent = '';
let files: ClusterFiles;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'podlag-draft-'));
  files = clusterFiles(join(parent, 'podlag-cluster'));
});
afterEach(() => rm(parent, { recursive: true }));

const minutesLater = () => Date.now() + 120_000;

const makeDraft = async (name: string, starter = exampleState.starter): Promise<string> => {
  const folder = join(parent, name);
  await mkdir(folder);
  await writeFile(clusterFiles(folder).state, printClusterState({ ...exampleState, starter }));
  return folder;
};

test('a folder that is filled has its name when it is whole', async () => {
  await makeByDraft(files, async ({ folder, logs }) => {
    await mkdir(logs);
    expect(await readdir(parent)).toEqual([expect.stringMatching(/^\.podlag-cluster-draft-.{6}$/)]);
    expect(folder).not.toBe(files.folder);
  });
  expect(await readdir(parent)).toEqual(['podlag-cluster']);
  expect(await readdir(files.folder)).toEqual(['logs']);
});

test('where there is one already, it stays, and nothing of the draft does', async () => {
  await mkdir(files.logs, { recursive: true });
  await expect(makeByDraft(files, ({ data }) => mkdir(data).then())).rejects.toMatchObject({
    code: expect.stringMatching(/ENOTEMPTY|EEXIST/),
  });
  expect(await readdir(parent)).toEqual(['podlag-cluster']);
  expect(await readdir(files.folder)).toEqual(['logs']);
});

test('a draft whose `up` was killed is abandoned', async () => {
  const draft = await makeDraft('.podlag-cluster-draft-a1B2c3');
  expect(await abandonedDrafts(files)).toEqual([draft]);
});

test('a draft whose `up` still runs is not', async () => {
  await makeDraft('.podlag-cluster-draft-a1B2c3', await ownIdentity());
  expect(await abandonedDrafts(files, minutesLater())).toEqual([]);
});

test('one in which nothing says whose it is has a minute to come to it', async () => {
  const draft = join(parent, '.podlag-cluster-draft-a1B2c3');
  await mkdir(draft);
  expect(await abandonedDrafts(files)).toEqual([]);
  expect(await abandonedDrafts(files, minutesLater())).toEqual([draft]);
});

test.each([
  'podlag-cluster.bak',
  'podlag-cluster.a1B2c3',
  '.podlag-cluster-draft-a1B2c3d',
  '.podlag-cluster-draft-',
])("a folder %s is somebody else's", async (name) => {
  await makeDraft(name);
  expect(await abandonedDrafts(files, minutesLater())).toEqual([]);
});

test('a file that bears the name of a draft is left alone', async () => {
  await writeFile(join(parent, '.podlag-cluster-draft-a1B2c3'), '');
  expect(await abandonedDrafts(files, minutesLater())).toEqual([]);
});
