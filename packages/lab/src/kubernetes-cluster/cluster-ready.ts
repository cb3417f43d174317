import { Resolver } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { serverEnv } from '../control-plane/server-process';
import { runProgram } from '../kernel/run-program';
import type { AddOnsOptions } from './add-ons';
import { clusterErrors } from './cluster-errors';
import type { ClusterPlan } from './cluster-plan';

/** A kernel that boots, containerd and kubelet, on two cores with nothing else to do: half a minute. */
const nodeTimeoutS = 180;
const dnsTimeoutMs = 60_000;
const askAgainMs = 200;
const answerWithinMs = 1000;

/** A name that every cluster has. */
const knownName = 'kubernetes.default.svc.cluster.local';

/**
 * Answers when the node's kubelet has registered it.
 *
 * @throws PodlagError `not-ready` with what kubectl said
 */
export async function nodeRegistered(options: AddOnsOptions, node: string): Promise<void> {
  await nodeIs(options, node, 'create', 'has not registered');
}

/**
 * Answers when the node is Ready.
 *
 * @throws PodlagError `not-ready` with what kubectl said
 */
export async function nodeReady(options: AddOnsOptions, node: string): Promise<void> {
  // Of what does not exist, no condition is waited for.
  await nodeRegistered(options, node);
  await nodeIs(options, node, 'condition=Ready', 'is not Ready');
}

async function nodeIs(
  { kubectl, kubeconfig, folder }: AddOnsOptions,
  node: string,
  condition: string,
  complaint: string,
): Promise<void> {
  const { code, stderr } = await runProgram(
    kubectl,
    [
      ...['--kubeconfig', kubeconfig, '--cache-dir', `${folder}/kubectl-cache`],
      ...['wait', `--for=${condition}`, `node/${node}`, `--timeout=${nodeTimeoutS}s`],
    ],
    { env: serverEnv },
  );
  if (code !== 0) throw clusterErrors.error('not-ready', `${node} ${complaint}: ${stderr.trim()}`);
}

/**
 * Answers when the cluster's DNS has said the address of the API server's Service, over kube-proxy.
 *
 * @throws PodlagError `not-ready` with what the resolver said
 */
export async function dnsAnswers({ clusterDns }: Pick<ClusterPlan, 'clusterDns'>): Promise<void> {
  const resolver = new Resolver({ timeout: answerWithinMs, tries: 1 });
  resolver.setServers([clusterDns]);
  const deadline = performance.now() + dnsTimeoutMs;
  for (;;) {
    const [answer] = await Promise.allSettled([resolver.resolve4(knownName)]);
    if (answer.status === 'fulfilled') return;
    if (performance.now() > deadline) {
      throw clusterErrors.error(
        'not-ready',
        `${clusterDns} does not answer for ${knownName}: ${String(answer.reason)}`,
      );
    }
    await delay(askAgainMs);
  }
}
