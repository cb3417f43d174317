import { kubectl, tryKubectl } from '../../deploy/command';
import { labelled, makeNamespace, podManifest, read, tryPod } from '../../install/installation';
import { limits } from './limits';
import { untilIn } from './waiting';

/** The label of every namespace that the suite makes. Its value is the test file's name, without `.cluster.ts`. */
export const ownerLabel = 'podlag-mission';

export interface NamespaceOptions {
  /** Has the label `sidecar-injection=enabled`. Default: no, and pods in it stay as they are. */
  readonly injected?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Clusters may enforce more by default, and then refuse sidecars, and pods in the network of their node. */
const privileged = { 'pod-security.kubernetes.io/enforce': 'privileged' };

/**
 * Makes a namespace that `removeNamespacesOf(owner)` will find. Where pods are to be injected it waits until the
 * injector would: it hears of namespaces by a watch, and the API servers of a new installation by theirs.
 * @throws where somebody else has one of that name
 */
export async function makeOwnNamespace(
  owner: string,
  name: string,
  { injected = false, labels = {} }: NamespaceOptions = {},
): Promise<void> {
  await requireOwn(name);
  await makeNamespace(name, { [ownerLabel]: owner, ...privileged, ...(injected && labelled), ...labels });
  if (injected) await untilInjected(name);
}

/** Waits until a new pod of that namespace would get its sidecar. */
export function untilInjected(namespace: string): Promise<void> {
  return untilIn(namespace, async () =>
    (await tryPod(namespace, podManifest('trial'))).said.includes('podlag: injected'),
  );
}

/**
 * Makes those of these namespaces that there are the owner's: such as a line of the README has made, right after it.
 * What bears no owner's label the suite never removes.
 */
export async function claim(owner: string, ...names: readonly string[]): Promise<void> {
  const found = await kubectl(['get', 'namespaces', '--ignore-not-found', '--output=name', ...names]);
  if (found !== '') {
    await kubectl(['label', '--overwrite', ...found.trim().split('\n'), `${ownerLabel}=${owner}`]);
  }
}

interface Namespaces {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly deletionTimestamp?: string;
    };
  }[];
}

/** @throws where one of these namespaces is there and is not the suite's */
export async function requireOwn(...names: readonly string[]): Promise<void> {
  const { items } = await read<Namespaces>('namespaces');
  const foreign = items
    .filter(({ metadata }) => names.includes(metadata.name) && !(ownerLabel in (metadata.labels ?? {})))
    .map(({ metadata }) => metadata.name);
  if (foreign.length === 0) return;
  throw new Error(
    `the cluster has ${foreign.join(', ')}, which this suite has not made: it would change and remove what is there. ` +
      `Give it another cluster; or, where nobody needs them: kubectl delete namespace ${foreign.join(' ')}`,
  );
}

/**
 * Removes the namespaces of a test file, and waits until they are gone: those of a run that was interrupted. With `names` it
 * waits for these, too, where another file has left them to go.
 */
export async function removeNamespacesOf(owner: string, ...names: readonly string[]): Promise<void> {
  await removeSoon(...(await namesOf(owner)));
  await untilGone(await leaving(names));
}

/** Removes the namespaces of a test file, and leaves them to go: nobody waits for them but who needs their names. */
export async function leaveNamespacesOf(owner: string): Promise<void> {
  await remove(await namesOf(owner));
}

/** Waits until what test files have left to go is gone: before podlag is taken away, whose objects they hold. */
export async function untilLeftAreGone(): Promise<void> {
  await untilGone(await leaving());
}

/** Removes namespaces, and waits until they are gone. What pods have set as their grace period is cut to a second. */
export async function removeSoon(...names: readonly string[]): Promise<void> {
  await remove(names);
  await untilGone(names);
}

async function namesOf(owner: string): Promise<readonly string[]> {
  const listed = await kubectl([
    'get',
    'namespaces',
    '--selector',
    `${ownerLabel}=${owner}`,
    '--output=name',
  ]);
  return listed.split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^.*\//, '')]));
}

/** The suite's own that are on their way out, all or of these. */
async function leaving(names?: readonly string[]): Promise<readonly string[]> {
  const { items } = await read<Namespaces>('namespaces', '--selector', ownerLabel);
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(({ metadata }) => metadata.name)
    .filter((name) => names?.includes(name) !== false);
}

async function remove(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', ...names]);
  // After the namespace, so that no controller makes them anew.
  const pods = ['delete', 'pods', '--all', '--grace-period=1', '--wait=false', '--namespace'];
  await Promise.all(names.map((name) => tryKubectl([...pods, name])));
}

async function untilGone(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const gone = [`--timeout=${limits.waitSeconds}s`, ...names.map((name) => `namespace/${name}`)];
  await kubectl(['wait', '--for=delete', ...gone]);
}
