import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AtomicVolume, fileMode } from './atomic-volume';
import type { VolumeFile } from './volume-files';

let folder = '';
let volume: AtomicVolume;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'podlag-volume-')), 'volume');
  volume = new AtomicVolume(folder, { tokenUser: undefined, fsGroup: undefined });
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const file = (path: string, text: string, mode = 0o644): VolumeFile => ({
  path,
  data: Buffer.from(text),
  mode,
  isToken: false,
});
const visible = async (): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith('..')).sort();

describe('a volume of files', () => {
  it('has links through ..data, as a program that watches ..data expects', async () => {
    await volume.write([file('config.yaml', 'a: 1', 0o440), file('deep/er/b', 'two')]);
    expect(await visible()).toEqual(['config.yaml', 'deep']);
    expect(await readlink(join(folder, 'config.yaml'))).toBe('..data/config.yaml');
    expect(await readFile(join(folder, 'config.yaml'), 'utf8')).toBe('a: 1');
    expect(await readFile(join(folder, 'deep/er/b'), 'utf8')).toBe('two');
    expect((await stat(join(folder, 'config.yaml'))).mode & 0o777).toBe(0o440);
  });

  it('changes all files by one swap, and leaves nothing of the old ones', async () => {
    await volume.write([file('a', '1'), file('gone', 'x')]);
    const before = await readlink(join(folder, '..data'));
    expect(await volume.write([file('a', '2'), file('new', 'y')])).toBe(true);
    expect(await readlink(join(folder, '..data'))).not.toBe(before);
    expect(await visible()).toEqual(['a', 'new']);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('2');
    expect((await readdir(folder)).filter((name) => name.startsWith('..'))).toHaveLength(2);
  });

  it('is not touched when nothing has changed', async () => {
    await volume.write([file('a', '1')]);
    const before = await readlink(join(folder, '..data'));
    expect(await volume.write([file('a', '1')])).toBe(false);
    expect(await readlink(join(folder, '..data'))).toBe(before);
  });
});

const nobody = { tokenUser: undefined, fsGroup: undefined };
test.each([
  ['a file keeps its mode', { mode: 0o400, isToken: false }, nobody, 0o400],
  ['a group that is to read it may', { mode: 0o400, isToken: false }, { ...nobody, fsGroup: 7 }, 0o440],
  ['a token is for everybody where users differ', { mode: 0o644, isToken: true }, nobody, 0o644],
  ['a token is for the one user', { mode: 0o644, isToken: true }, { ...nobody, tokenUser: 7 }, 0o600],
  ['a token is for the group too', { mode: 0o644, isToken: true }, { tokenUser: 7, fsGroup: 8 }, 0o640],
])('%s', (_, file, owner, mode) => {
  expect(fileMode(file, owner)).toBe(mode);
});
