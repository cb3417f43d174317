import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cachedKernel,
  kernelFolder,
  makeWorkFolder,
  manifestName,
  podlagCache,
  publish,
} from './kernel-cache';

let cache = '';
beforeEach(async () => (cache = await mkdtemp(join(tmpdir(), 'podlag-cache-'))));
afterEach(() => rm(cache, { recursive: true }));

const build = async (release: string): Promise<string> => {
  const folder = join(await makeWorkFolder(cache), 'kernel');
  await mkdir(folder);
  await writeFile(join(folder, manifestName), JSON.stringify({ release }));
  return folder;
};

describe('the kernel cache', () => {
  it('has nothing before anything was put there', async () => {
    expect(await cachedKernel(join(cache, 'not-there'))).toBeUndefined();
  });

  it('does not see what is unfinished', async () => {
    await build('7.2.7');
    expect(await cachedKernel(cache)).toBeUndefined();
  });

  it('answers the newest that is usable', async () => {
    for (const version of ['6.12um1', '6.18um1', '7.2um1']) {
      await publish(await build(version), kernelFolder(cache, version));
    }
    expect(await cachedKernel(cache)).toEqual({
      folder: join(cache, 'kernel-7.2um1'),
      version: '7.2um1',
      release: '7.2um1',
    });
  });

  it('keeps the first of two that were built at the same time', async () => {
    const [first, second] = [await build('first'), await build('second')];
    await publish(first, kernelFolder(cache, '7.2um1'));
    await publish(second, kernelFolder(cache, '7.2um1'));
    expect(await cachedKernel(cache)).toMatchObject({ release: 'first' });
    expect((await readdir(cache)).filter((name) => name.startsWith('kernel-'))).toHaveLength(1);
  });
});

test.each([
  ['/var/cache/me', '/var/cache/me/podlag'],
  ['', '/home/me/.cache/podlag'],
  ['relative', '/home/me/.cache/podlag'],
  [undefined, '/home/me/.cache/podlag'],
])('with XDG_CACHE_HOME=%s the cache is %s', (xdg, folder) => {
  expect(podlagCache(xdg, '/home/me')).toBe(folder);
});
