import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverEnv } from '../control-plane/server-process';
import { runProgram } from '../kernel/run-program';
import { addOnsErrors } from './add-ons-errors';

/** How kubectl is called for a cluster. */
export interface AddOnsOptions {
  /** The kubectl program. */
  readonly kubectl: string;
  /** Of an administrator. */
  readonly kubeconfig: string;
  /** Exists. For the manifests as they are applied, and for what kubectl keeps of the API's description. */
  readonly folder: string;
}

/** What a manifest has in place of `${NAME}`. */
export type Placeholders = Readonly<Record<string, string>>;

const fieldManager = 'podlag-cluster';
const namespace = 'kube-system';
const dns = 'deployment/coredns';

/** The API server makes its own namespaces a moment after it is ready. */
const namespaceTimeoutS = 30;

/** CoreDNS starts when there is a node, and its first look at the API goes through kube-proxy. */
const defaultTimeoutMs = 120_000;

/**
 * Applies every YAML file of a folder, server-side, so that a second time changes nothing. Values go in for `${NAME}`.
 *
 * @throws PodlagError `unknown-placeholder`, or `add-on-refused` with what kubectl said
 */
export async function applyAddOns(
  options: AddOnsOptions,
  manifests: string,
  placeholders: Placeholders,
): Promise<void> {
  const filledIn = join(options.folder, 'add-ons');
  await mkdir(filledIn, { recursive: true });
  for (const name of (await readdir(manifests)).filter((file) => file.endsWith('.yaml'))) {
    const text = await readFile(join(manifests, name), 'utf8');
    await writeFile(join(filledIn, name), fillIn(text, placeholders, name));
  }
  await kubectl(options, 'add-on-refused', [
    ...['wait', '--for=create', `namespace/${namespace}`, `--timeout=${namespaceTimeoutS}s`],
  ]);
  await kubectl(options, 'add-on-refused', [
    ...['apply', '--server-side', '--force-conflicts', `--field-manager=${fieldManager}`],
    ...['--filename', filledIn],
  ]);
}

/**
 * Answers when the Deployment of CoreDNS, which is one of the add-ons, is available.
 *
 * @param timeoutMs default 120000
 * @throws PodlagError `dns-not-available` with what kubectl said
 */
export async function dnsAvailable(options: AddOnsOptions, timeoutMs = defaultTimeoutMs): Promise<void> {
  await kubectl(options, 'dns-not-available', [
    ...['--namespace', namespace, 'rollout', 'status', dns, `--timeout=${timeoutMs}ms`],
  ]);
}

/**
 * Puts values in for `${NAME}`, names being of capitals, digits and underscores.
 *
 * @param source what the text is called in an error
 * @throws PodlagError `unknown-placeholder`
 */
export function fillIn(text: string, placeholders: Placeholders, source: string): string {
  return text.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (placeholder, name: string) => {
    const value = placeholders[name];
    if (value !== undefined) return value;
    throw addOnsErrors.error(
      'unknown-placeholder',
      `${source} has ${placeholder}, for which there is no value.`,
    );
  });
}

type KubectlFailure = 'add-on-refused' | 'dns-not-available';

async function kubectl(
  { kubectl: program, kubeconfig, folder }: AddOnsOptions,
  failure: KubectlFailure,
  args: readonly string[],
): Promise<void> {
  // Else what it keeps of the API's description would go to the user's home, and stay there.
  const own = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'kubectl-cache')];
  const { code, stderr } = await runProgram(program, [...own, ...args], { env: serverEnv });
  if (code === 0) return;
  throw addOnsErrors.error(failure, `kubectl ${args.join(' ')}: ${stderr.trim()}`);
}
