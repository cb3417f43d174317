import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { archiveDigest, imageNames, readImageNames } from './image-archive';

const manifest = (annotations?: Readonly<Record<string, string>>): object => ({
  digest: 'sha256:0',
  annotations,
});
const reference = (name: string): object => manifest({ 'org.opencontainers.image.ref.name': name });
const index = (...manifests: readonly object[]): string => JSON.stringify({ schemaVersion: 2, manifests });

test('the digest of the images is in the name of their archive', () => {
  expect(archiveDigest('/c/images/cluster/images-8ad9cfd8.tar')).toBe('8ad9cfd8');
});

test.each(['/c/all.tar', '/c/images-.tar', '/c/images-8ad9.tar.gz', '/c/images-../../x.tar'])(
  '%s has no digest',
  (path) => {
    expect(() => archiveDigest(path)).toThrow(path);
  },
);

test.each([
  [
    'has the names that its index gives them',
    index(reference('docker.io/a:1'), reference('localhost/b:2')),
    ['docker.io/a:1', 'localhost/b:2'],
  ],
  [
    "has containerd's own name where there are two",
    index(
      manifest({ 'io.containerd.image.name': 'docker.io/a:1', 'org.opencontainers.image.ref.name': '1' }),
    ),
    ['docker.io/a:1'],
  ],
  ['has no name that is not there', index(manifest(), manifest({ other: 'x' })), []],
  ['has each name once', index(reference('docker.io/a:1'), reference('docker.io/a:1')), ['docker.io/a:1']],
])('a layout %s', (_, text, names) => {
  expect(imageNames(text)).toEqual(names);
});

describe('an archive', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podlag-archive-'));
    await mkdir(join(folder, 'layout'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const archived = async (name: string, content: string, ...members: readonly string[]): Promise<string> => {
    await writeFile(join(folder, 'layout', name), content);
    const archive = join(folder, 'images-1.tar');
    await runProgram('tar', ['-cf', archive, '-C', join(folder, 'layout'), ...members]);
    return archive;
  };

  it.each([['.'], ['index.json']])('is read when its members were named by %s', async (members) => {
    const archive = await archived('index.json', index(reference('docker.io/a:1')), members);
    expect(await readImageNames(archive)).toEqual(['docker.io/a:1']);
  });

  it('with no image that has a name is refused', async () => {
    const archive = await archived('index.json', index(manifest()), '.');
    await expect(readImageNames(archive)).rejects.toMatchObject({
      code: 'disk-failed',
      detail: expect.stringContaining(archive),
    });
  });

  it('of another kind is refused', async () => {
    const archive = await archived('manifest.json', '[]', '.');
    await expect(readImageNames(archive)).rejects.toMatchObject({ code: 'disk-failed' });
  });
});
