import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from './run-folder';
import { listRuns } from './run-list';
import { manifestWith } from './testing';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'bench-runs-'));
});
afterEach(() => rm(parent, { recursive: true }));

test('the last begun comes first, what cannot be read at the end, and what is no run not at all', async () => {
  await RunFolder.create(parent, manifestWith({ run: 'early', startedAt: '2026-01-01T00:00:00.000Z' }));
  await RunFolder.create(parent, manifestWith({ run: 'late', startedAt: '2026-01-03T00:00:00.000Z' }));
  await RunFolder.create(parent, manifestWith({ run: 'between', startedAt: '2026-01-02T00:00:00.000Z' }));
  await RunFolder.create(parent, manifestWith({ run: 'broken' }));
  await writeFile(join(parent, 'broken/manifest.json'), '{"version":2}');
  await mkdir(join(parent, 'something-else'));
  await writeFile(join(parent, 'notes.txt'), '');
  // As a lost+found that only root may look into: root may, so it is another error here.
  await mkdir(join(parent, 'closed/manifest.json'), { recursive: true });
  const entries = await listRuns(parent);
  expect(entries.map(({ folder }) => folder)).toEqual(
    ['late', 'between', 'early', 'broken', 'closed'].map((name) => join(parent, name)),
  );
  expect(entries[0]).toMatchObject({ kind: 'run', manifest: { run: 'late' } });
  expect(entries[4]).toMatchObject({ kind: 'broken', problem: { code: 'invalid-run' } });
  expect(entries[3]).toMatchObject({ kind: 'broken', problem: { code: 'invalid-run' } });
});

test('a folder of runs that is none is told', async () => {
  const loop = join(parent, 'loop');
  await symlink(loop, loop);
  await expect(listRuns(loop)).rejects.toMatchObject({
    ...{ code: 'invalid-run', message: `${loop} cannot be read: ELOOP` },
  });
});

test('where nothing was ever measured there are no runs', async () => {
  expect(await listRuns(join(parent, 'absent'))).toEqual([]);
});
