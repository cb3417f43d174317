import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { CleanUp } from '../cluster/clean-up';
import { ApiClient } from './api-client';
import { makeBedFolder, sweepDeadBeds } from './bed-folder';
import { bedNetwork } from './bed-network';
import { controlPlaneErrors } from './control-plane-errors';
import {
  kubeconfig,
  newTokens,
  serviceAccountKey,
  tokenFile,
  type Access,
  type UserName,
} from './credentials';
import { freePorts } from './free-port';
import type { Kubernetes, ProgramName } from './kubernetes';
import {
  apiServerFlags,
  auditPolicy,
  controllerManagerFlags,
  controlPlaneFiles,
  etcdFlags,
  schedulerFlags,
  type ControlPlaneFiles,
} from './server-flags';
import { endOfLog } from './server-process';
import { SupervisedServer } from './supervised-server';

export interface ControlPlaneOptions {
  readonly kubernetes: Kubernetes;
  /** Longest time from the start to a /readyz that says yes. Default 60000. */
  readonly timeoutMs?: number;
}

/** An API server that runs, in the bed's network, and what belongs to it. */
export interface ControlPlane {
  /** For files that are to go with it. */
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  /** The kubeconfig of an administrator. */
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly servers: readonly SupervisedServer[];
  access(user: UserName): Access;
  /** Ends all that was started, and removes the folder. */
  stop(): Promise<void>;
}

const defaultTimeoutMs = 60_000;
const askAgainMs = 50;

/** Servers get nothing of the caller's environment: neither a proxy nor a feature gate that somebody else has set. */
const serverEnv = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * Starts etcd and kube-apiserver, with RBAC on, and the two controllers. The caller is in the bed's network, see
 * bed-network.ts.
 *
 * @throws PodlagError `server-failed`, with the end of the server's log; nothing is left behind then
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const cleanUp = new CleanUp();
  try {
    return await bringUp(options, cleanUp);
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

async function bringUp(options: ControlPlaneOptions, cleanUp: CleanUp): Promise<ControlPlane> {
  const { kubernetes, timeoutMs = defaultTimeoutMs } = options;
  await sweepDeadBeds(tmpdir());
  const folder = await makeBedFolder(tmpdir());
  cleanUp.add(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const files = controlPlaneFiles(folder);
  const tokens = newTokens();
  await writeFiles(files, tokenFile(tokens));
  const [etcd = 0, etcdPeer = 0] = await freePorts('127.0.0.1', 2);
  const [apiServer = 0] = await freePorts(bedNetwork.nodeIp, 1);
  const ports = { etcd, etcdPeer, apiServer };
  const servers: SupervisedServer[] = [];
  const start = async (name: ProgramName, flags: readonly string[]): Promise<SupervisedServer> => {
    const argv = [kubernetes.programs[name], ...flags];
    const server = await SupervisedServer.start({ name, argv, env: serverEnv, logFile: files.log(name) });
    cleanUp.add(() => server.stop());
    servers.push(server);
    return server;
  };

  await start('etcd', etcdFlags(files, ports));
  await start('kube-apiserver', apiServerFlags(files, ports));
  const url = `https://${bedNetwork.nodeIp}:${apiServer}`;
  const deadline = performance.now() + timeoutMs;
  const ca = await alive(servers, deadline, () => wholeCertificates(files.ca));
  const access = (user: UserName): Access => ({ url, ca, token: tokens[user] });
  for (const user of Object.keys(tokens) as UserName[]) {
    await writeFile(files.kubeconfig(user), kubeconfig(access(user)), { mode: 0o600 });
  }
  const client = new ApiClient(access('admin'));
  cleanUp.add(() => {
    client.close();
    return Promise.resolve();
  });
  await alive(servers, deadline, () => client.call('GET', '/readyz'));
  await start('kube-controller-manager', controllerManagerFlags(files));
  await start('kube-scheduler', schedulerFlags(files));
  return {
    ...{ folder, url, servers, access, port: apiServer },
    kubeconfig: files.kubeconfig('admin'),
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

/** Asks until there is an answer, as long as every server runs and there is time. */
async function alive<T>(
  servers: readonly SupervisedServer[],
  deadline: number,
  ask: () => Promise<T>,
): Promise<T> {
  const dead: { readonly server: SupervisedServer; readonly reason: string }[] = [];
  for (const server of servers) void server.ended.then(({ reason }) => dead.push({ server, reason }));
  for (;;) {
    const [answer] = await Promise.allSettled([ask()]);
    if (answer.status === 'fulfilled') return answer.value;
    const [first] = dead;
    if (first !== undefined) throw await failure(first.server, first.reason);
    if (performance.now() > deadline) {
      const server = servers.at(-1);
      if (server !== undefined)
        throw await failure(server, `is not ready in time (${String(answer.reason)})`);
    }
    await delay(askAgainMs);
  }
}

async function failure({ name, logFile }: SupervisedServer, reason: string): Promise<Error> {
  return controlPlaneErrors.error(
    'server-failed',
    `${name} ${reason}. The end of its log:\n${await endOfLog(logFile)}`,
  );
}
