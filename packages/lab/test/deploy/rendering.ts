import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { helm, kubectl } from './command';
import { objectsOf, type Manifest } from './manifest';

const repository = resolve(__dirname, '../../../..');

/** deploy/ */
export const deploy = join(repository, 'deploy');

export const chart = join(deploy, 'helm/podlag');

export const namespace = 'podlag-system';

/** Sets of values for the chart, one for each switch that there is. */
export const valueSets = [
  'default',
  'cert-manager',
  'certificate-files',
  'everything',
  'hardened',
  'openshift',
] as const;

export const valuesFile = (name: string) => join(__dirname, 'values', `${name}.yaml`);

/** What `helm install` of the chart would send. */
export function rendered(...args: readonly string[]): Promise<string> {
  return helm(['template', 'podlag', chart, '--namespace', namespace, ...args]);
}

/** What `kubectl apply -k` of a folder under deploy/ would send. */
export async function kustomized(folder: string): Promise<Manifest[]> {
  return objectsOf(await kubectl(['kustomize', join(deploy, folder)]));
}

/** The base with components, as somebody would put them together in a kustomization of their own. */
export async function composed(...components: readonly string[]): Promise<Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'podlag-kustomize-'));
  try {
    const from = (path: string) => relative(folder, join(deploy, path));
    const kustomization = {
      resources: [from('base')],
      components: components.map((name) => from(`components/${name}`)),
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return objectsOf(await kubectl(['kustomize', folder]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every way to install that the README names, with the objects that it makes. */
export const variants: readonly (readonly [name: string, objects: () => Promise<Manifest[]>])[] = [
  ...[
    '.',
    'overlays/dev',
    'overlays/production',
    'overlays/cert-manager',
    'overlays/openshift',
    'overlays/kubernetes-1.27',
  ].map((folder) => [`kustomize ${folder}`, () => kustomized(folder)] as const),
  [
    'kustomize with every component',
    () => composed('cert-manager', 'monitoring', 'policy-deny', 'fail-closed', 'token-access'),
  ],
  ...valueSets.map(
    (name) => [`chart ${name}`, async () => objectsOf(await rendered('--values', valuesFile(name)))] as const,
  ),
];
