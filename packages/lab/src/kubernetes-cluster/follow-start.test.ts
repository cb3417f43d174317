import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterFiles, type ClusterFiles } from './cluster-folder';
import { printClusterState, type ClusterPhase } from './cluster-state';
import { followStart } from './follow-start';
import { exampleState } from './testing';

let folder = '';
let files: ClusterFiles;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-follow-'));
  files = clusterFiles(folder);
  await mkdir(files.logs);
});
afterEach(() => rm(folder, { recursive: true }));

const write = (phase: ClusterPhase) =>
  writeFile(files.state, printClusterState({ ...exampleState, phase, steps: [] }));
const follow = (ended: Promise<string>, signal = new AbortController().signal) =>
  followStart(files, ended, () => undefined, signal);
const never = new Promise<string>(() => undefined);

test('a supervisor that ended before anybody followed it is told of, with its log', async () => {
  await write({ kind: 'starting' });
  await writeFile(files.supervisorLog, 'no room on the disk\n');
  await expect(follow(Promise.resolve('exit status 1'))).rejects.toMatchObject({
    code: 'start-failed',
    detail: expect.stringMatching(/The supervisor ended \(exit status 1\)[^]*no room on the disk/),
  });
});

test('what it said before it ended counts', async () => {
  await write({ kind: 'failed', reason: 'etcd ended', hint: 'Look.' });
  await expect(follow(Promise.resolve('exit status 1'))).rejects.toMatchObject({
    detail: 'etcd ended',
    hint: 'Look.',
  });
});

test('a cluster that is ready is answered', async () => {
  await write({ kind: 'ready', since: '2026-11-21T08:01:05.000Z' });
  expect(await follow(never)).toMatchObject({ phase: { kind: 'ready' } });
});

test('nobody follows it any more who was told not to', async () => {
  await write({ kind: 'starting' });
  await expect(follow(never, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
