import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterStateFile, readClusterState } from './cluster-state';
import { recordedProgress } from './recorded-progress';
import { exampleState } from './testing';

let folder = '';
let said: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-state-'));
  said = [];
});
afterEach(() => rm(folder, { recursive: true }));

const stateFile = (path: string) => new ClusterStateFile(path, exampleState, (line) => said.push(line));

test('what is noted is in the file, and nothing is said', async () => {
  const path = join(folder, 'cluster.json');
  await stateFile(path).note(() => ({ version: 'v2.0.0' }));
  expect(await readClusterState(path)).toMatchObject({ version: 'v2.0.0' });
  expect(said).toEqual([]);
});

describe('where nothing can be written', () => {
  it('a note is lost with a word on it, and is in the file with the next that can be', async () => {
    const path = join(folder, 'later', 'cluster.json');
    const state = stateFile(path);
    await state.note(() => ({ version: 'v2.0.0' }));
    expect(said).toEqual([expect.stringMatching(/cluster\.json is behind, .*ENOENT/)]);
    await mkdir(join(folder, 'later'));
    await state.note(() => ({ images: 'new' }));
    expect(await readClusterState(path)).toMatchObject({ version: 'v2.0.0', images: 'new' });
  });

  it('a change is refused to who has to know', async () => {
    await expect(stateFile(join(folder, 'none', 'f')).change(() => ({}))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('a step fails with its own reason', async () => {
    const progress = recordedProgress(stateFile(join(folder, 'none', 'f')));
    await expect(progress.step('booting', () => Promise.reject(new Error('no kernel')))).rejects.toThrow(
      'no kernel',
    );
    expect(await progress.step('copying', () => Promise.resolve(1))).toBe(1);
  });
});
