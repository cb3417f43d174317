import { connect, type PeerCertificate } from 'node:tls';
import { kubectl, tryKubectl } from '../deploy/command';
import { until } from '../deploy/until';
import { repository } from './readme-lines';

export const namespace = 'podlag-system';
const inNamespace = ['--namespace', namespace];

/** An object of the API, as kubectl prints it. */
export type Json = Record<string, unknown>;

interface List<T> {
  readonly items: readonly T[];
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status: { readonly podIP?: string; readonly conditions?: readonly Condition[] };
}

interface Container {
  readonly name: string;
  readonly restartPolicy?: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Installs as the README says, and waits until it answers. */
export async function install(): Promise<void> {
  await kubectl(['apply', '-k', `${repository}/deploy`]);
  await rolledOut();
  await until(async () => (await injectors()).length === 2);
}

export async function uninstall(): Promise<void> {
  await kubectl(['delete', '--ignore-not-found', '--wait', '-k', `${repository}/deploy`]);
}

/** Before an install by Helm, which takes over nothing that it has not made. */
export async function removeDefinitions(): Promise<void> {
  await kubectl(['delete', '--ignore-not-found', '--wait', '-k', `${repository}/deploy/crds`]);
}

export async function rolledOut(
  deployment: 'podlag-injector' | 'podlag-controller' = 'podlag-injector',
): Promise<void> {
  await kubectl([...inNamespace, 'rollout', 'status', `deployment/${deployment}`, '--timeout=60s']);
}

/** Who holds the controller's Lease: the pod's name, and what tells one process of it from the next. */
export async function leader(): Promise<string | undefined> {
  const path = 'jsonpath={.spec.holderIdentity}';
  const { stdout } = await tryKubectl(['get', 'lease', 'podlag-controller', ...inNamespace, '-o', path]);
  return stdout === '' ? undefined : stdout;
}

export async function read<T = Json>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl(['get', '--output=json', ...args])) as T;
}

export async function podsIn(where: string): Promise<readonly Pod[]> {
  return (await read<List<Pod>>('pods', '--namespace', where)).items;
}

/** The injector's pods, with those on their way out. */
export async function injectorPods(): Promise<readonly Pod[]> {
  const pods = await podsIn(namespace);
  return pods.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'podlag-injector');
}

/** The injector's pods that are not on their way out. */
export async function injectors(): Promise<readonly Pod[]> {
  return (await injectorPods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

export function agentOf({ spec }: Pod): Container | undefined {
  return [...(spec.initContainers ?? []), ...spec.containers].find(({ name }) => name === 'podlag-agent');
}

/** The Secret's values, decoded. */
export async function certSecret(): Promise<Readonly<Record<string, string>>> {
  const { data = {} } = await read<{ data?: Record<string, string> }>(
    ...inNamespace,
    'secret',
    'podlag-injector-certs',
  );
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

export async function editSecret(patch: Json): Promise<void> {
  const args = ['patch', 'secret', 'podlag-injector-certs', '--type=merge', '--patch', JSON.stringify(patch)];
  await kubectl([...inNamespace, ...args]);
}

/** What API servers trust, PEM. */
export async function publishedBundle(): Promise<string> {
  const { webhooks } = await read<{ webhooks: readonly { clientConfig: { caBundle?: string } }[] }>(
    'mutatingwebhookconfiguration',
    'podlag-injector',
  );
  return Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}

export async function editWebhook(...operations: readonly Json[]): Promise<void> {
  const patch = JSON.stringify(operations);
  await kubectl([
    'patch',
    'mutatingwebhookconfiguration',
    'podlag-injector',
    '--type=json',
    '--patch',
    patch,
  ]);
}

export const certificatesIn = (pem: string): readonly string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];

/** The certificate that the process at that address shows, whoever signed it. */
export function servedBy(address: string): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 8443, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** What a process says of its readiness, by way of the API server. */
export async function readyz(pod: Pod): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods/https:${pod.metadata.name}:8443/proxy/readyz`;
  const { stdout, stderr } = await tryKubectl(['get', '--raw', path]);
  return stdout + stderr;
}

export async function makeNamespace(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  await kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  );
  await until(async () => (await tryKubectl(['get', 'sa', 'default', '--namespace', name])).code === 0);
}

export async function removeNamespaces(...names: readonly string[]): Promise<void> {
  await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait', ...names]);
}

export const labelled = { 'sidecar-injection': 'enabled' } as const;

export function podManifest(name: string, more: { metadata?: Json; spec?: Json } = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...more.metadata },
    spec: { containers: [{ name: 'app', image: 'app' }], ...more.spec },
  });
}

/** Creates a pod for the trial only. Tells what came back, and what kubectl showed as warnings. */
export async function tryPod(
  where: string,
  manifest: string,
): Promise<{ readonly pod: Pod | undefined; readonly said: string }> {
  const args = ['create', '--dry-run=server', '--output=json', '--namespace', where, '-f', '-'];
  const { code, stdout, stderr } = await tryKubectl(args, manifest);
  return { pod: code === 0 ? (JSON.parse(stdout) as Pod) : undefined, said: stderr };
}
