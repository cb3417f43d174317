import { containersOf, type Pod, type PodContainer, type Probe } from './pod';

/**
 * The ports of the pod that the kubelet probes, rising, each once: of the containers, and of the init containers that
 * go on beside them. A probe that names a host of its own is not sent to the pod, or not to its address.
 */
export function probePorts(pod: Pod): readonly number[] {
  const ports = containersOf(pod).filter(isProbed(pod)).flatMap(portsOf);
  return [...new Set(ports)].sort((one, other) => one - other);
}

/** The kubelet does not probe an init container that ends. */
function isProbed({ spec }: Pod): (container: PodContainer) => boolean {
  const ending = spec.initContainers?.filter(({ restartPolicy }) => restartPolicy !== 'Always');
  return (container) => ending?.includes(container) !== true;
}

function portsOf(container: PodContainer): readonly number[] {
  const { readinessProbe, livenessProbe, startupProbe } = container;
  return [readinessProbe, livenessProbe, startupProbe].flatMap((probe) => {
    const reference = referenceOf(probe);
    if (typeof reference === 'number') return [reference];
    return (
      container.ports?.find(({ name }) => reference !== undefined && name === reference)?.containerPort ?? []
    );
  });
}

function referenceOf(probe: Probe): number | string | undefined {
  if (probe?.grpc) return probe.grpc.port;
  const target = probe?.httpGet ?? probe?.tcpSocket;
  // Go's zero value is no host.
  return target?.host ? undefined : target?.port;
}
