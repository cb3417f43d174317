import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { CleanUp } from '../cluster/clean-up';
import { ApiClient } from './api-client';
import {
  identitiesOf,
  kubeconfig,
  ownUsers,
  serviceAccountKey,
  tokenFile,
  type Access,
  type OwnUser,
  type Users,
} from './credentials';
import {
  apiServerFlags,
  auditPolicy,
  controllerManagerFlags,
  controlPlaneFiles,
  etcdFlags,
  schedulerFlags,
  type ControlPlaneFiles,
  type ControlPlaneLayout,
} from './server-flags';
import { serverEnv } from './server-process';
import { whenReady } from './server-readiness';
import { SupervisedServer } from './supervised-server';

/** The servers of a control plane. */
export type ServerName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/** What differs from one control plane to another. */
export interface ControlPlaneOptions<Key extends string> {
  /** Each server's file. */
  readonly programs: Readonly<Record<ServerName, string>>;
  /** Exists, and is for one user alone: tokens and keys are written to it. */
  readonly folder: string;
  /** Exists. Default: `folder`. */
  readonly logs?: string;
  readonly layout: ControlPlaneLayout;
  /** Who calls the API server beside an administrator and the two controllers. */
  readonly users: Users<Key>;
  /** Go behind those of server-flags.ts. */
  readonly extraFlags?: Partial<Readonly<Record<ServerName, readonly string[]>>>;
  /** What each kubeconfig calls its cluster, its user and its context. */
  readonly name: string;
  /** Longest time from the start to a /readyz that says yes. Default 60000. */
  readonly timeoutMs?: number;
}

/** An API server that runs, and what belongs to it. */
export interface ControlPlane<Key extends string> {
  /** For files that are to go with it. */
  readonly folder: string;
  readonly url: string;
  readonly auditLog: string;
  readonly servers: readonly SupervisedServer[];
  access(user: Key | OwnUser): Access;
  /** A file. */
  kubeconfig(user: Key | OwnUser): string;
  /** Ends all that was started; the folder stays. */
  stop(): Promise<void>;
}

const defaultTimeoutMs = 60_000;

/**
 * Starts etcd and kube-apiserver, with RBAC on, and the two controllers. The caller is in a network namespace in which
 * the layout's address is one of the machine's.
 *
 * @throws PodlagError `server-failed`, with the end of the server's log; nothing runs then
 */
export async function startControlPlane<Key extends string>(
  options: ControlPlaneOptions<Key>,
): Promise<ControlPlane<Key>> {
  const cleanUp = new CleanUp();
  try {
    return await bringUp(options, cleanUp);
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

async function bringUp<Key extends string>(
  options: ControlPlaneOptions<Key>,
  cleanUp: CleanUp,
): Promise<ControlPlane<Key>> {
  const { programs, folder, logs = folder, layout, name: clusterName, extraFlags = {} } = options;
  const files = controlPlaneFiles(folder, logs);
  const identities = identitiesOf<Key | OwnUser>({ ...ownUsers, ...options.users });
  await writeFiles(files, tokenFile(identities));
  const servers: SupervisedServer[] = [];
  const start = async (name: ServerName, flags: readonly string[]): Promise<void> => {
    const argv = [programs[name], ...flags, ...(extraFlags[name] ?? [])];
    const server = await SupervisedServer.start({ name, argv, env: serverEnv, logFile: files.log(name) });
    cleanUp.add(() => server.stop());
    servers.push(server);
  };

  await start('etcd', etcdFlags(files, layout.ports));
  await start('kube-apiserver', apiServerFlags(files, layout));
  const url = `https://${layout.address}:${layout.ports.apiServer}`;
  const deadline = performance.now() + (options.timeoutMs ?? defaultTimeoutMs);
  const ca = await whenReady(servers, deadline, () => wholeCertificates(files.ca));
  const access = (user: Key | OwnUser): Access => ({ url, ca, token: identities[user].token });
  for (const user of Object.keys(identities) as (Key | OwnUser)[]) {
    await writeFile(files.kubeconfig(user), kubeconfig(access(user), clusterName), { mode: 0o600 });
  }
  const client = new ApiClient(access('admin'));
  cleanUp.add(() => {
    client.close();
    return Promise.resolve();
  });
  await whenReady(servers, deadline, () => client.call('GET', '/readyz'));
  await start('kube-controller-manager', controllerManagerFlags(files));
  await start('kube-scheduler', schedulerFlags(files));
  return {
    ...{ folder, url, servers, access },
    kubeconfig: (user) => files.kubeconfig(user),
    auditLog: files.auditLog,
    stop: () => cleanUp.run(),
  };
}

async function writeFiles(files: ControlPlaneFiles, tokens: string): Promise<void> {
  await mkdir(files.certificates);
  await writeFile(files.tokens, tokens, { mode: 0o600 });
  await writeFile(files.serviceAccountKey, serviceAccountKey(), { mode: 0o600 });
  await writeFile(files.auditPolicy, JSON.stringify(auditPolicy));
}

/** The file is there a moment before all of it is. */
async function wholeCertificates(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8');
  if (pem.endsWith('-----END CERTIFICATE-----\n')) return pem;
  throw new Error(`${file} is not whole`);
}
