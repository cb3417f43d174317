import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { User, Users } from '../control-plane/credentials';
import {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
  type ServerName,
} from '../control-plane/start-control-plane';
import type { ClusterPlan } from './cluster-plan';
import { newKubeletClientCertificate } from './kubelet-client-ca';

/** What the context of the administrator's kubeconfig is called. */
export const clusterName = 'podlag-cluster';

/** The ports of a control plane that is alone in its network namespace: those that everybody expects. */
export const clusterPorts = { etcd: 2379, etcdPeer: 2380, apiServer: 6443 } as const;

/** Who calls the API server of a cluster: each node's kubelet, by kubeletUser, is one. */
export type ClusterUser = 'kube-proxy' | `kubelet-${string}`;

export interface ClusterControlPlaneOptions {
  readonly kubernetes: { readonly programs: Readonly<Record<ServerName, string>> };
  /** Made where there is none, for its owner alone: tokens and keys are in it. */
  readonly folder: string;
  /** Exists. Default: `folder`. */
  readonly logs?: string;
  readonly plan: ClusterPlan;
}

/** The API server of a cluster, and what the nodes want of it. */
export interface ClusterControlPlane extends ControlPlane<ClusterUser> {
  /** A file: each kubelet's `authentication.x509.clientCAFile`. */
  readonly kubeletClientCa: string;
}

/** Under which name a node's kubelet is a user: `kubelet-node-1`. */
export function kubeletUser(node: string): ClusterUser {
  return `kubelet-${node}`;
}

/**
 * Starts the control plane of a cluster whose nodes have kubelets. The caller is in a network namespace where the plan's
 * gateway is an address, and nobody else listens.
 *
 * @throws PodlagError `server-failed`, with the end of the server's log; nothing runs then, and the folder stays
 */
export async function startClusterControlPlane(
  options: ClusterControlPlaneOptions,
): Promise<ClusterControlPlane> {
  const { kubernetes, folder, logs = folder, plan } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = kubeletClientFiles(folder);
  await writeKubeletClient(files);
  const plane = await startControlPlane({
    ...{ programs: kubernetes.programs, folder, logs, name: clusterName },
    layout: { address: plan.gateway, serviceRange: plan.serviceRange, ports: clusterPorts },
    users: clusterUsers(plan),
    extraFlags: clusterFlags(files),
  });
  return { ...plane, kubeletClientCa: files.ca };
}

/** The users whom the Node authorizer, the NodeRestriction plugin and RBAC's default roles know by these names. */
export function clusterUsers({ nodes }: Pick<ClusterPlan, 'nodes'>): Users<ClusterUser> {
  const kubelets = nodes.map(({ name }): [ClusterUser, User] => [
    kubeletUser(name),
    { name: `system:node:${name}`, groups: ['system:nodes'] },
  ]);
  return { 'kube-proxy': { name: 'system:kube-proxy', groups: [] }, ...Object.fromEntries(kubelets) };
}

interface KubeletClientFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function kubeletClientFiles(folder: string): KubeletClientFiles {
  const at = (name: string): string => join(folder, name);
  return { ca: at('kubelet-client-ca.crt'), cert: at('kubelet-client.crt'), key: at('kubelet-client.key') };
}

async function writeKubeletClient(files: KubeletClientFiles): Promise<void> {
  const { ca, cert, key } = newKubeletClientCertificate(new Date());
  await writeFile(files.ca, ca);
  await writeFile(files.cert, cert);
  await writeFile(files.key, key, { mode: 0o600 });
}

/** A node is not there when its kubelet has been silent for the controller manager's own 50 s: no flag for that. */
function clusterFlags({ cert, key }: KubeletClientFiles): ControlPlaneOptions<never>['extraFlags'] {
  return {
    'kube-apiserver': [
      '--enable-admission-plugins=NodeRestriction',
      `--kubelet-client-certificate=${cert}`,
      `--kubelet-client-key=${key}`,
      // A node's name is in no DNS.
      '--kubelet-preferred-address-types=InternalIP',
    ],
  };
}
