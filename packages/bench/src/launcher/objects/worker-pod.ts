import { annotations } from '@podlag/core';
import type { PodContainer } from '@podlag/kube';
import type { BenchmarkPort } from '../../benchmark/benchmark';
import type { PlannedWorker } from '../planned-worker';
import { workerObjectName } from '../run-name';
import type { OwnedContext } from './run-context';
import { partLabel, runLabels, workerLabel } from './run-labels';
import type { RunPod } from './run-pod';
import * as security from './workload-security';

/** What a worker's pod is made for. */
export interface WorkerPodFor {
  readonly worker: PlannedWorker;
  /** `host:port`. */
  readonly orchestrator: string;
  readonly ports: readonly BenchmarkPort[];
  /** Whether the injector is to add an agent. */
  readonly wantsAgent: boolean;
}

/** A worker in its pod, on its node. */
export function workerPod(context: OwnedContext, made: WorkerPodFor): RunPod {
  const { run, namespace, owner, deadline } = context;
  const { worker, wantsAgent } = made;
  const name = workerObjectName(run, worker.name);
  return {
    metadata: {
      ...{ name, namespace },
      labels: { ...runLabels(run), [partLabel]: 'worker', [workerLabel]: worker.name },
      // In a namespace of sidecars, what is measured without faults is measured without an agent.
      ...(!wantsAgent && { annotations: { [annotations.inject]: 'false' } }),
      ownerReferences: [owner],
    },
    spec: {
      ...security.withoutRights,
      restartPolicy: 'OnFailure',
      activeDeadlineSeconds: Math.ceil(deadline.milliseconds / 1000),
      terminationGracePeriodSeconds: 5,
      ...network(worker),
      affinity: onNode(worker.node),
      securityContext: security.podSecurity,
      containers: [container(context, made)],
      volumes: [security.tlsVolume(name), security.temporaryVolume],
    },
  };
}

/** On the host network a pod has the node's names, and would not know the cluster's. */
function network({ network: of }: PlannedWorker): Readonly<Record<string, unknown>> {
  return of === 'host' ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {};
}

/** By its name, and through the scheduler: a node that is full says so, where nodeName would only fail. */
function onNode(node: string): Readonly<Record<string, unknown>> {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

function container(
  { image, deadline }: OwnedContext,
  { worker, orchestrator, ports }: WorkerPodFor,
): PodContainer & Readonly<Record<string, unknown>> {
  return {
    name: 'worker',
    image,
    args: ['worker'],
    env: [
      ...security.environmentList({
        PODLAG_ORCHESTRATOR: orchestrator,
        PODLAG_WORKER: worker.name,
        PODLAG_NODE: worker.node,
        PODLAG_ZONE: worker.zone,
        PODLAG_NETWORK: worker.network,
        PODLAG_TLS_FOLDER: security.tlsFolder,
        PODLAG_DEADLINE: deadline.toString(),
        PODLAG_IMAGE: image,
      }),
      { name: 'PODLAG_ADDRESSES', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } } as {
        name: string;
      },
    ],
    ports: ports.map(({ protocol, port }) => ({ containerPort: port, protocol: protocol.toUpperCase() })),
    // No CPU limit: a worker that is throttled measures its limit.
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: security.containerSecurity,
    volumeMounts: [security.tlsMount, security.temporaryMount],
  };
}
