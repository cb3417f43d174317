import { read } from '../../install/installation';
import { startPods, type MeasuringPod } from './measuring-pod';
import { suite } from './suite';

const agent = 'podlag-agent';

/** What the kubelet says of an agent's container. */
export interface AgentStatus {
  /** With what runs it before: `containerd://...`. */
  readonly containerID: string;
  readonly restartCount: number;
  readonly ready: boolean;
}

interface WithStatus {
  readonly status: {
    readonly initContainerStatuses?: readonly (AgentStatus & { readonly name: string })[];
    readonly containerStatuses?: readonly (AgentStatus & { readonly name: string })[];
  };
}

export function agentStatus(namespace: string, pod: string): Promise<AgentStatus> {
  return containerStatus(namespace, pod, agent);
}

async function containerStatus(namespace: string, pod: string, container: string): Promise<AgentStatus> {
  const { status } = await read<WithStatus>('pod', pod, '--namespace', namespace);
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.find(({ name }) => name === container)!;
}

// The first process of a container cannot be killed from within it, for the kernel keeps signals from a namespace's first.
const kill = `
for process in /proc/[0-9]*; do
  if grep -q "$0" "$process/cgroup" 2>/dev/null; then kill -9 "\${process#/proc/}" && killed=yes; fi
done
[ "$killed" = yes ]`;

/**
 * A pod that can kill what runs on that node: privileged, and it sees all processes. `where` is a namespace that
 * PodSecurity lets have such pods.
 */
export async function startKiller(where: string, node: string): Promise<MeasuringPod> {
  const [killer] = await startPods(where, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'killer' } },
    spec: {
      ...{ hostPID: true, nodeName: node, terminationGracePeriodSeconds: 1 },
      containers: [
        {
          ...{ name: 'client', image: suite.clientImage, imagePullPolicy: 'IfNotPresent' },
          ...{ command: ['sleep', '1000000'], securityContext: { privileged: true, runAsUser: 0 } },
        },
      ],
    },
  });
  return killer!;
}

/** Kills every process of the agent's container by SIGKILL, as the kernel does when memory is short: by `startKiller`'s pod. */
export function killAgent(killer: MeasuringPod, pod: PodRef): Promise<void> {
  return killContainer(killer, pod, agent);
}

/** The same of any container. */
export async function killContainer(
  killer: MeasuringPod,
  { namespace, name }: PodRef,
  container: string,
): Promise<void> {
  const { containerID } = await containerStatus(namespace, name, container);
  await killer.exec('sh', '-c', kill, containerID.replace(/^.*:\/\//, ''));
}

interface PodRef {
  readonly namespace: string;
  readonly name: string;
}
