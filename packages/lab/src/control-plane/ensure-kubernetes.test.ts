import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKubernetes } from './ensure-kubernetes';
import { lacks, programNames } from './kubernetes';

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
    expect(built).toMatchObject({ version: 'v1.36.3', from: 'cache', missing: [] });
    expect((await readdir(built.folder)).sort()).toEqual(programNames.toSorted());
    expect(titles).toHaveLength(programNames.length);
    expect(titles[0]).toBe('building kube-apiserver v1.36.3 (about 3 min the first time, on two cores)');
    expect(await ensure()).toEqual(built);
    expect(titles).toHaveLength(programNames.length);
  });

  it('are built anew when go.sum changes', async () => {
    await installGo('go1.26.8', working);
    const before = await ensure();
    await writeFile(join(folder, 'module/go.sum'), 'changed');
    expect((await ensure()).folder).not.toBe(before.folder);
  });

  it('are the same for two who build at the same time', async () => {
    await installGo('go1.26.8', working);
    const [one, other] = await Promise.all([ensure(), ensure()]);
    expect(one).toEqual(other);
    expect(await readdir(join(folder, 'cache'))).toHaveLength(1);
  });

  it('are not half there after a build that failed, and what go said is told', async () => {
    await installGo('go1.26.8', `case $2 in */kubectl) echo "no such host" >&2; exit 1;; esac; ${working}`);
    await expect(ensure()).rejects.toMatchObject({
      code: 'kubernetes-build-failed',
      detail: 'go build of kubectl failed:\nno such host',
    });
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });

  it('want Go, and new enough', async () => {
    await expect(ensure({ PATH: join(folder, 'bin') })).rejects.toMatchObject({
      code: 'kubernetes-not-to-be-had',
      detail: expect.stringContaining('Go is not installed'),
    });
    await installGo('go1.19.8', working);
    await expect(ensure()).rejects.toMatchObject({
      code: 'kubernetes-not-to-be-had',
      detail: 'Kubernetes v1.36.3 wants Go 1.26.0 or newer, and this is go1.19.8.',
    });
  });
});

describe('KUBEBUILDER_ASSETS', () => {
  it('comes before everything else, and what it lacks is said', async () => {
    for (const name of ['etcd', 'kubectl']) await script(join(folder, name), 'exit 1');
    await script(join(folder, 'kube-apiserver'), 'echo Kubernetes v1.30.2');
    const found = await ensure({ KUBEBUILDER_ASSETS: folder });
    expect(found).toMatchObject({ folder, version: 'v1.30.2', from: 'KUBEBUILDER_ASSETS' });
    expect(lacks(found)).toEqual([
      expect.stringContaining('no kube-controller-manager: Deployments'),
      expect.stringContaining('no kube-scheduler: pods that name no node'),
      'there is no helm: the chart cannot be tested',
    ]);
  });

  it('is refused without an API server', async () => {
    await script(join(folder, 'etcd'), 'exit 1');
    await expect(ensure({ KUBEBUILDER_ASSETS: folder })).rejects.toMatchObject({
      code: 'assets-incomplete',
      detail: `KUBEBUILDER_ASSETS is ${folder}, which has no kube-apiserver, no kubectl.`,
    });
  });
});
