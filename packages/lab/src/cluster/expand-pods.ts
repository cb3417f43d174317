import { generatedName, templateHash, uidOf } from './kubernetes-names';
import type { Manifest, PodTemplate, Workload } from './manifest';
import type { OwnerReference, Pod } from './pod';

/** A pod as its controller sends it to the API server. */
export interface RequestedPod {
  /** The name it will have. A ReplicaSet sends a generateName only; the API server completes it after admission. */
  readonly name: string;
  readonly pod: Pod;
  /** Who sends it. */
  readonly user: string;
}

const controllerUser = (controller: string): string => `system:serviceaccount:kube-system:${controller}`;

/**
 * The pods of a manifest, in its order, as the controllers of Kubernetes would make them. Pure: the same manifest and seed
 * give the same names.
 */
export function expandPods({ workloads }: Manifest, seed = 0): readonly RequestedPod[] {
  return workloads.flatMap((workload) => podsOf(workload, seed));
}

function podsOf(workload: Workload, seed: number): readonly RequestedPod[] {
  switch (workload.kind) {
    case 'Pod':
      return [plainPod(workload.pod, seed)];
    case 'StatefulSet':
      return ordinals(workload.replicas).map((ordinal) => statefulPod(workload, ordinal));
    case 'Deployment':
      return ordinals(workload.replicas).map((index) => deploymentPod(workload, index, seed));
  }
}

function ordinals(replicas: number): readonly number[] {
  return Array.from({ length: replicas }, (_, index) => index);
}

function plainPod(pod: Pod, seed: number): RequestedPod {
  const name = pod.metadata.name ?? generatedName(pod.metadata.generateName ?? '', String(seed));
  return { name, pod, user: 'kubernetes-admin' };
}

type StatefulSet = Extract<Workload, { kind: 'StatefulSet' }>;

/** pkg/controller/statefulset: a stable name, which is also the host's name under the headless Service. */
function statefulPod(set: StatefulSet, ordinal: number): RequestedPod {
  const name = `${set.name}-${ordinal}`;
  const volumes = set.claims.map((claim) => ({
    name: claim,
    persistentVolumeClaim: { claimName: `${claim}-${name}` },
  }));
  const pod = podFrom(set.template, set.namespace, owner('StatefulSet', set.name, set.namespace));
  return {
    name,
    pod: {
      ...pod,
      metadata: {
        name,
        generateName: `${set.name}-`,
        ...pod.metadata,
        labels: {
          ...pod.metadata.labels,
          'apps.kubernetes.io/pod-index': String(ordinal),
          'controller-revision-hash': `${set.name}-${templateHash(set.template)}`,
          'statefulset.kubernetes.io/pod-name': name,
        },
      },
      spec: {
        ...pod.spec,
        hostname: name,
        ...(set.serviceName === undefined ? {} : { subdomain: set.serviceName }),
        ...(volumes.length === 0 ? {} : { volumes: [...volumes, ...(pod.spec.volumes ?? [])] }),
      },
    },
    user: controllerUser('statefulset-controller'),
  };
}

/** pkg/controller/deployment and replicaset: the template's hash names the ReplicaSet, and that its pods. */
function deploymentPod(
  deployment: Extract<Workload, { kind: 'Deployment' }>,
  index: number,
  seed: number,
): RequestedPod {
  const { namespace, template } = deployment;
  const hash = templateHash(template);
  const replicaSet = `${deployment.name}-${hash}`;
  const pod = podFrom(template, namespace, owner('ReplicaSet', replicaSet, namespace));
  const generateName = `${replicaSet}-`;
  return {
    name: generatedName(generateName, `${seed}/${index}`),
    pod: {
      ...pod,
      metadata: {
        generateName,
        ...pod.metadata,
        labels: { ...pod.metadata.labels, 'pod-template-hash': hash },
      },
    },
    user: controllerUser('replicaset-controller'),
  };
}

function podFrom({ metadata, spec }: PodTemplate, namespace: string, by: OwnerReference): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, ...metadata, ownerReferences: [by] }, spec };
}

function owner(kind: string, name: string, namespace: string): OwnerReference {
  const uid = uidOf(kind, namespace, name);
  return { apiVersion: 'apps/v1', kind, name, uid, controller: true, blockOwnerDeletion: true };
}
