import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ensureKubernetes, missingPrograms, type EnsureKubernetesOptions } from './ensure-kubernetes';
import { clusterProgramNames, programFolders, programNames } from './kubernetes';

let folder = '';
let titles: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-kubernetes-'));
  titles = [];
  await writeModule('kubernetes', 'k8s.io/kubernetes v1.36.3');
  await writeModule('coredns', 'github.com/coredns/coredns v1.15.0');
});
afterEach(() => rm(folder, { recursive: true }));

const writeModule = async (name: string, requires: string): Promise<void> => {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'go.mod'), `go 1.26.0\nrequire ${requires}\n`);
  await writeFile(join(folder, name, 'go.sum'), '');
};

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

const options = (env: Record<string, string>): EnsureKubernetesOptions => ({
  cache: join(folder, 'cache'),
  module: join(folder, 'kubernetes'),
  env: { PATH: `${folder}/bin:/bin:/usr/bin`, ...env },
  progress: {
    step: (title, work) => {
      titles.push(title);
      return work();
    },
  },
});
const ensure = (env: Record<string, string> = {}) => ensureKubernetes(options(env));
const ensureCluster = (env: Record<string, string> = {}) =>
  ensureKubernetes({ ...options(env), programs: clusterProgramNames });
const builtPrograms = () => titles.map((title) => title.split(' ')[1]);

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
    await writeFile(join(folder, 'kubernetes/go.sum'), 'changed');
    expect(programFolders(await ensure())).not.toEqual(programFolders(before));
  });

  it('of the two releases that were used last are kept', async () => {
    await installGo('go1.26.8', working);
    const build = async (sum: string): Promise<string> => {
      await writeFile(join(folder, 'kubernetes/go.sum'), sum);
      const [built = ''] = programFolders(await ensure());
      return built;
    };
    for (const [index, sum] of ['older', 'old'].entries()) {
      const long = new Date((index + 1) * 1000);
      await utimes(await build(sum), long, long);
    }
    const kept = [await build('older'), await build('new')];
    expect((await readdir(join(folder, 'cache'))).sort()).toEqual(kept.map((path) => basename(path)).sort());
  });

  it('that would be built are known before', async () => {
    await installGo('go1.26.8', working);
    expect(await missingPrograms(options({}))).toEqual(programNames);
    await ensure();
    expect(await missingPrograms({ ...options({}), programs: ['kubectl', 'coredns'] })).toEqual(['coredns']);
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
    expect(builtPrograms()).toEqual(['kubectl', 'etcd', 'helm']);
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

describe('the programs of a cluster', () => {
  it('are those of the bed, of a node and of its DNS, each in the folder of its module', async () => {
    await installGo('go1.26.8', working);
    const built = await ensureCluster();
    const [kubernetes = '', coredns = '', ...others] = programFolders(built);
    expect(others).toEqual([]);
    expect((await readdir(kubernetes)).sort()).toEqual([...programNames, 'kubelet', 'kube-proxy'].sort());
    expect(await readdir(coredns)).toEqual(['coredns']);
    expect(coredns).toMatch(/\/coredns-v1\.15\.0-[0-9a-f]{8}$/);
    expect(titles).toContain('building kubelet v1.36.3 (about 1 min the first time, on two cores)');
    expect(titles).toContain('building coredns v1.15.0 (about 1 min the first time, on two cores)');
  });

  it('are built in the folder of their module', async () => {
    await installGo('go1.26.8', 'echo "$PWD" >"$2"; chmod +x "$2"');
    const { programs } = await ensureCluster();
    expect(await readFile(programs.kubelet, 'utf8')).toBe(`${join(folder, 'kubernetes')}\n`);
    expect(await readFile(programs.coredns, 'utf8')).toBe(`${join(folder, 'coredns')}\n`);
  });

  it('share what the bed has built', async () => {
    await installGo('go1.26.8', working);
    await ensure();
    titles = [];
    await ensureCluster();
    expect(builtPrograms()).toEqual(['kubelet', 'kube-proxy', 'coredns']);
  });

  it('stay when another module changes', async () => {
    await installGo('go1.26.8', working);
    const before = await ensureCluster();
    await writeFile(join(folder, 'coredns/go.sum'), 'changed');
    titles = [];
    const { programs } = await ensureCluster();
    expect(builtPrograms()).toEqual(['coredns']);
    expect(programs).toEqual({ ...before.programs, coredns: programs.coredns });
    expect(programs.coredns).not.toBe(before.programs.coredns);
  });

  it('are no more than what was asked for', async () => {
    await installGo('go1.26.8', working);
    const { programs } = await ensureKubernetes({ ...options({}), programs: ['coredns'] });
    expect(Object.keys(programs)).toEqual(['coredns']);
    expect(builtPrograms()).toEqual(['coredns']);
  });

  it('want Go for all that is missing, as the strictest module says', async () => {
    await writeFile(
      join(folder, 'coredns/go.mod'),
      'go 1.27.0\nrequire github.com/coredns/coredns v1.15.0\n',
    );
    await installGo('go1.26.8', working);
    await expect(ensureCluster()).rejects.toMatchObject({
      code: 'kubernetes-not-to-be-had',
      detail: `There is no ${clusterProgramNames.join(', no ')}, and no Go to build them: CoreDNS v1.15.0 wants Go 1.27.0 or newer, and this is go1.26.8.`,
    });
    expect(titles).toEqual([]);
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
    expect(builtPrograms()).toEqual(['kube-controller-manager', 'kube-scheduler', 'helm']);
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
    expect(builtPrograms()).toEqual(['kube-apiserver', 'kubectl', 'etcd']);
  });

  it('wants no Go when it has all', async () => {
    const assets = await installEnvtest('v1.36.1');
    for (const name of ['kube-controller-manager', 'kube-scheduler', 'helm'])
      await script(join(assets, name), '');
    expect(programFolders(await ensure({ KUBEBUILDER_ASSETS: assets }))).toEqual([assets]);
  });

  it('brings no kubelet, no kube-proxy and no CoreDNS: those are built', async () => {
    const assets = await installEnvtest('v1.30.2');
    for (const name of ['kubelet', 'kube-proxy', 'coredns']) await script(join(assets, name), '');
    await installGo('go1.26.8', working);
    const { programs, notes } = await ensureCluster({ KUBEBUILDER_ASSETS: assets });
    const fromAssets = Object.entries(programs).filter(([, file]) => dirname(file) === assets);
    expect(fromAssets.map(([name]) => name)).toEqual(['etcd', 'kube-apiserver', 'kubectl']);
    expect(notes).toEqual([expect.stringContaining('kube-scheduler, kubelet and kube-proxy here.')]);
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
