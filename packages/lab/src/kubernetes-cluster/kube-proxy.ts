import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverEnv } from '../control-plane/server-process';
import { whenReady } from '../control-plane/server-readiness';
import { SupervisedServer } from '../control-plane/supervised-server';
import type { ClusterPlan } from './cluster-plan';

export interface KubeProxyOptions {
  /** The kube-proxy program, which runs `nft`. */
  readonly program: string;
  /** For its configuration. */
  readonly folder: string;
  readonly logs: string;
  /** Of the user system:kube-proxy. */
  readonly kubeconfig: string;
  readonly plan: ClusterPlan;
}

const loopback = '127.0.0.1';
const ports = { healthz: 10256, metrics: 10249 };

/** When its node is there already, a second, on a machine that is not busy. */
const defaultTimeoutMs = 120_000;

/** From one question to the next kube-proxy may be busy with its rules. */
const answerWithinMs = 2000;

/**
 * What kube-proxy gets: a KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1).
 *
 * It runs beside the nodes, on their way to Services, and not on each: their kernel has neither nft_chain_nat nor
 * iptable_nat.
 */
export function kubeProxyConfiguration({
  kubeconfig,
  plan,
}: Pick<KubeProxyOptions, 'kubeconfig' | 'plan'>): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    mode: 'nftables',
    clusterCIDR: plan.podRange,
    // An endpoint answers straight to a pod on its own node or its own bridge, and the pod expects the Service's address.
    nftables: { masqueradeAll: true },
    // Limits of the whole machine, not of the namespace: they stay as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    // It wants a Node of this name, and there is none for where it runs. That node's endpoints are the local ones for it.
    hostnameOverride: nodeOfProxy(plan),
    bindAddress: plan.gateway,
    nodePortAddresses: [`${plan.gateway}/32`],
    healthzBindAddress: `${loopback}:${ports.healthz}`,
    metricsBindAddress: `${loopback}:${ports.metrics}`,
  };
}

/** The node as which kube-proxy runs. It waits half a minute for that one, and then goes on without. */
export function nodeOfProxy({ nodes }: Pick<ClusterPlan, 'nodes'>): string {
  return nodes[0]?.name ?? '';
}

/** Starts kube-proxy, in the network namespace of the caller, when its node has registered. It has no rules at once: see kubeProxyReady. */
export async function startKubeProxy(options: KubeProxyOptions): Promise<SupervisedServer> {
  const configuration = join(options.folder, 'kube-proxy.json');
  await writeFile(configuration, JSON.stringify(kubeProxyConfiguration(options), undefined, 2));
  return SupervisedServer.start({
    name: 'kube-proxy',
    argv: [options.program, `--config=${configuration}`],
    env: serverEnv,
    logFile: join(options.logs, 'kube-proxy.log'),
  });
}

/**
 * Answers when kube-proxy has written its rules.
 *
 * @param timeoutMs default 120000
 * @throws PodlagError `server-failed`, with the end of its log
 */
export async function kubeProxyReady(server: SupervisedServer, timeoutMs = defaultTimeoutMs): Promise<void> {
  await whenReady([server], performance.now() + timeoutMs, async () => {
    const url = `http://${loopback}:${ports.healthz}/healthz`;
    const { status } = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    if (status !== 200) throw new Error(`${url} answers ${status}`);
  });
}
