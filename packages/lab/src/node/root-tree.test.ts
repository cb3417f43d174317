import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNodeRoot, finish, nodeRootFolder, rootManifestName } from './root-tree';
import { debootstrapCommand, lastWords, nodePackages } from './root-tree-debootstrap';

let cache = '';
beforeEach(async () => (cache = await mkdtemp(join(tmpdir(), 'podlag-cache-'))));
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(cache, { recursive: true });
});

/** Steps that were announced. */
let titles: string[] = [];
beforeEach(() => (titles = []));
const ensure = () =>
  ensureNodeRoot({
    cache,
    progress: {
      step: (title, work) => {
        titles.push(title);
        return work();
      },
    },
  });

/** A tree as debootstrap leaves it, as far as dpkg's list of packages and what nobody reads go. */
const makeTree = async (tree: string, packages: readonly string[]): Promise<void> => {
  for (const folder of ['usr/share/doc/bash', 'usr/lib', 'var/lib/dpkg', 'var/lib/apt/lists'])
    await mkdir(join(tree, folder), { recursive: true });
  const status = packages.map(
    (name) =>
      `Package: ${name}\nStatus: install ok installed\nMaintainer: x\nArchitecture: amd64\nVersion: 1:2.3+${name}\nDescription: x\n`,
  );
  await writeFile(join(tree, 'var/lib/dpkg/status'), status.join('\n'));
};

describe("the nodes' root tree", () => {
  it('is found in the cache, with the version of its containerd', async () => {
    const folder = nodeRootFolder(cache);
    await makeTree(folder, nodePackages);
    await finish(folder);
    const long = new Date(1000);
    await utimes(folder, long, long);
    expect(await ensure()).toEqual({
      folder,
      key: expect.stringMatching(/^[0-9a-f]{8}$/),
      version: '1:2.3+containerd',
    });
    expect((await stat(folder)).mtimeMs).toBeGreaterThan(long.getTime());
    expect(titles).toEqual([]);
  });

  it('has mount points for what a node mounts, and nothing that nobody reads there', async () => {
    await makeTree(join(cache, 'tree'), nodePackages);
    await finish(join(cache, 'tree'));
    expect((await readdir(join(cache, 'tree'))).sort()).toEqual([
      'host',
      'images',
      rootManifestName,
      'usr',
      'var',
    ]);
    expect(await readdir(join(cache, 'tree/usr/lib'))).toEqual(['modules']);
    expect(await readdir(join(cache, 'tree/usr/share'))).toEqual([]);
    expect(await readdir(join(cache, 'tree/var/lib/apt'))).toEqual([]);
  });

  it('is not finished without one of its packages', async () => {
    await makeTree(join(cache, 'tree'), ['containerd']);
    await expect(finish(join(cache, 'tree'))).rejects.toMatchObject({
      code: 'root-tree-failed',
      detail: expect.stringContaining('no packages found matching runc'),
    });
  });

  it('is made only by root, and nothing is begun otherwise', async () => {
    jest.spyOn(process, 'getuid').mockReturnValue(1000);
    await expect(ensure()).rejects.toMatchObject({ code: 'root-tree-failed', hint: 'Run this as root.' });
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('debootstrap', () => {
  it.each([
    ['/keys/debian.gpg', ['--force-check-gpg', '--keyring=/keys/debian.gpg', '--arch=amd64']],
    [undefined, ['--force-check-gpg', '--arch=amd64']],
  ])('checks the signature of the archive, by the keyring %s', (keyring, options) => {
    const command = debootstrapCommand({ mirror: 'http://mirror.test/debian', keyring }, '/tree');
    const at = command.indexOf('debootstrap');
    expect(command.slice(at + 1, at + 1 + options.length)).toEqual(options);
    expect(command.slice(-4)).toEqual(['forky', '/tree', 'http://mirror.test/debian', 'sid']);
  });

  it('mounts where nobody sees it, and ends with its caller', () => {
    const command = debootstrapCommand({ mirror: 'http://mirror.test/debian', keyring: undefined }, '/tree');
    expect(command.slice(0, 4)).toEqual(['setpriv', '--pdeathsig', 'KILL', '--']);
    expect(command).toEqual(expect.arrayContaining(['--mount', '--kill-child']));
    expect(command.join(' ')).toContain('--propagation private');
  });

  it('is quoted by its last words, without those of what went well', () => {
    const log = [
      'I: Retrieving InRelease',
      'Setting up libc6:amd64 (2.43-7) ...',
      '',
      'dpkg: error processing package bash',
      'E: oh',
    ];
    expect(lastWords(log.join('\n'))).toBe('dpkg: error processing package bash\nE: oh');
    expect(lastWords(Array.from({ length: 99 }, (_, i) => `E: ${i}`).join('\n')).split('\n')).toHaveLength(
      15,
    );
  });
});
