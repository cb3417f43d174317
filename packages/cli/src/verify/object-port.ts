import type { NetworkFault } from '@podlag/api';
import { parsePortRange } from '@podlag/core';
import { endpointSlices, serviceNameLabel, type KubeApi } from '@podlag/kube';

type Target = NonNullable<NetworkFault['spec']['to']>[number];

/**
 * The first port that the targets name: one of their own, or that at which the pods behind a Service listen. Undefined
 * where all ports are meant, and where a Service has nobody behind it.
 *
 * @param namespace that of the object, in which a Service is that says nothing else
 */
export async function portOf(
  api: KubeApi,
  namespace: string,
  targets: readonly Target[],
): Promise<number | undefined> {
  for (const { ports: [port] = [], service } of targets) {
    if (port !== undefined) return parsePortRange(port).first;
    const behind = service && (await portBehind(api, service.namespace ?? namespace, service.name));
    if (behind !== undefined) return behind;
  }
  return undefined;
}

/** Pods are connected to, by TCP, at their own addresses: the Service's own port would be another. */
async function portBehind(api: KubeApi, namespace: string, name: string): Promise<number | undefined> {
  const labelSelector = `${serviceNameLabel}=${name}`;
  const slices = await api.list(endpointSlices, { namespace, labelSelector });
  return slices
    .flatMap(({ ports = [] }) => ports)
    .find(({ protocol = 'TCP', port }) => protocol === 'TCP' && port !== undefined)?.port;
}
