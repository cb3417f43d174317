import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKubernetes } from './ensure-kubernetes';
import { programFolders, programNames } from './kubernetes';

let folder = '';
let titles: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-kubernetes-'));
  titles = [];
  await mkdir(join(folder, 'module'));
  await writeFile(join(folder, 'module/go.mod'), 'go 1.26.0\nrequire k8s.io/kubernetes v1.36.3\n');
  await writeFile(join(folder, 'module/go.sum'), '');
});
afterEach(() => rm(folder, { recursive: true }));

const script = async (path: string, text: string): Promise<void> => {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
};

/** A stand-in for Go: what it builds says who built it. */
const installGo = async (version: string, build: string): Promise<void> => {
  await mkdir(join(folder, 'bin'));
  await script(
    join(folder, 'bin/go'),
    `if [ "$1" = env ]; then echo ${version}; exit; fi
     while [ "$1" != -o ]; do shift; done
     ${build}`,
  );
};
const working = 'echo "#!/bin/sh" >"$2"; chmod +x "$2"';

const ensure = (env: Record<string, string> = {}) =>
  ensureKubernetes({
    cache: join(folder, 'cache'),
    module: join(folder, 'module'),
    env: { PATH: `${folder}/bin:/bin:/usr/bin`, ...env },
    progress: {
      step: (title, work) => {
        titles.push(title);
        return work();
      },
    },
  });

describe('the programs of the bed', () => {
  it('are built once, each with an estimate, and then found', async () => {
    await installGo('go1.26.8', working);
    const built = await ensure();
    expect(built).toMatchObject({ version: 'v1.36.3', from: 'cache', notes: [] });
    const [only = '', ...others] = programFolders(built);
    expect(others).toEqual([]);
    expect((await readdir(only)).sort()).toEqual(programNames.toSorted());
    expect(titles).toHaveLength(programNames.length);
    expect(titles[0]).toBe('building kube-apiserver v1.36.3 (about 3 min the first time, on two cores)');
    expect(await ensure()).toEqual(built);
    expect(titles).toHaveLength(programNames.length);
  });

  it('are built anew when go.sum changes', async () => {
    await installGo('go1.26.8', working);
    const before = await ensure();
    await writeFile(join(folder, 'module/go.sum'), 'changed');
    expect(programFolders(await ensure())).not.toEqual(programFolders(before));
  });

  it('are the same for two who build at the same time', async () => {
    await installGo('go1.26.8', working);
    const [one, other] = await Promise.all([ensure(), ensure()]);
    expect(one).toEqual(other);
    expect(await readdir(join(folder, 'cache'))).toHaveLength(1);
  });

  it('are not half there after a build that failed: what go said is told, and the next build goes on from there', async () => {
    await installGo(
      'go1.26.8',
      `case $2 in */kubectl) [ -e ${folder}/online ] || { echo half >"$2"; echo "no such host" >&2; exit 1; };; esac; ${working}`,
    );
    await expect(ensure()).rejects.toMatchObject({
      code: 'kubernetes-build-failed',
      detail: 'go build of kubectl failed:\nno such host',
    });
    const [left = '', ...others] = await readdir(join(folder, 'cache'));
    expect(others).toEqual([]);
    expect(await readdir(join(folder, 'cache', left))).not.toContain('kubectl');
    await writeFile(join(folder, 'online'), '');
    titles = [];
    await ensure();
    expect(titles.map((title) => title.split(' ')[1])).toEqual(['kubectl', 'etcd', 'helm']);
  });

  it('want Go, and new enough', async () => {
    await expect(ensure({ PATH: join(folder, 'bin') })).rejects.toMatchObject({
      code: 'kubernetes-not-to-be-had',
      detail: `There is no ${programNames.join(', no ')}, and no Go to build them: it is not installed (no \`go\` on PATH).`,
    });
    await installGo('go1.19.8', working);
    await expect(ensure()).rejects.toMatchObject({
      code: 'kubernetes-not-to-be-had',
      detail: expect.stringContaining('wants Go 1.26.0 or newer, and this is go1.19.8.'),
    });
  });
});

describe('KUBEBUILDER_ASSETS', () => {
  /** What setup-envtest downloads. */
  const installEnvtest = async (version: string): Promise<string> => {
    const assets = join(folder, 'envtest');
    await mkdir(assets);
    for (const name of ['etcd', 'kubectl']) await script(join(assets, name), 'exit 1');
    await script(join(assets, 'kube-apiserver'), `echo Kubernetes ${version}`);
    return assets;
  };

  it('comes first, and only what it lacks is built, once', async () => {
    const assets = await installEnvtest('v1.36.1');
    await installGo('go1.26.8', working);
    const found = await ensure({ KUBEBUILDER_ASSETS: assets });
    expect(titles.map((title) => title.split(' ')[1])).toEqual([
      'kube-controller-manager',
      'kube-scheduler',
      'helm',
    ]);
    expect(found).toMatchObject({ version: 'v1.36.1', from: 'KUBEBUILDER_ASSETS', notes: [] });
    const [first, second = '', ...others] = programFolders(found);
    expect([first, others]).toEqual([assets, []]);
    expect((await readdir(second)).sort()).toEqual(['helm', 'kube-controller-manager', 'kube-scheduler']);
    expect(await ensure({ KUBEBUILDER_ASSETS: assets })).toEqual(found);
    expect(titles).toHaveLength(3);
  });

  it('leaves the cache so that a bed without it builds the rest', async () => {
    await installGo('go1.26.8', working);
    await ensure({ KUBEBUILDER_ASSETS: await installEnvtest('v1.36.1') });
    titles = [];
    expect(await ensure()).toMatchObject({ version: 'v1.36.3', from: 'cache' });
    expect(titles.map((title) => title.split(' ')[1])).toEqual(['kube-apiserver', 'kubectl', 'etcd']);
  });

  it('wants no Go when it has all', async () => {
    const assets = await installEnvtest('v1.36.1');
    for (const name of ['kube-controller-manager', 'kube-scheduler', 'helm'])
      await script(join(assets, name), '');
    expect(programFolders(await ensure({ KUBEBUILDER_ASSETS: assets }))).toEqual([assets]);
  });

  it('wants Go when it lacks a program, and says which', async () => {
    const assets = await installEnvtest('v1.36.1');
    await expect(ensure({ KUBEBUILDER_ASSETS: assets, PATH: '/nowhere' })).rejects.toMatchObject({
      code: 'kubernetes-not-to-be-had',
      detail:
        'There is no kube-controller-manager, no kube-scheduler, no helm, and no Go to build them: it is not installed (no `go` on PATH).',
      hint: expect.stringMatching(/Install Go,.* set KUBEBUILDER_ASSETS/),
    });
  });

  it('of another minor release is said to be that', async () => {
    await installGo('go1.26.8', working);
    const { notes } = await ensure({ KUBEBUILDER_ASSETS: await installEnvtest('v1.30.2') });
    expect(notes).toEqual([expect.stringContaining('brings Kubernetes v1.30.2')]);
  });

  it('is refused without an API server', async () => {
    await script(join(folder, 'etcd'), 'exit 1');
    await expect(ensure({ KUBEBUILDER_ASSETS: folder })).rejects.toMatchObject({
      code: 'assets-incomplete',
      detail: `KUBEBUILDER_ASSETS is ${folder}, which has no kube-apiserver, no kubectl.`,
    });
  });
});
