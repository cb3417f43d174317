import type { Service, ServicePort } from '@podlag/kube';
import type { BenchmarkPort } from '../../benchmark/benchmark';
import { runObjectName, workerObjectName } from '../run-name';
import type { OwnedContext } from './run-context';
import { partLabel, runLabel, runLabels, workerLabel } from './run-labels';

/** Where workers call the orchestrator. */
export const channelPort = 8443;

type RunService = Service & { readonly spec: Readonly<Record<string, unknown>> };

/** By which workers find the orchestrator, as soon as it runs. */
export function orchestratorService({ run, namespace, owner }: OwnedContext): RunService {
  return service(
    { name: runObjectName(run), namespace, labels: runLabels(run), ownerReferences: [owner] },
    { [runLabel]: run, [partLabel]: 'orchestrator' },
    [{ name: 'channel', port: channelPort }],
  );
}

/** Before one worker: the path `service`, and the agent beside it where there is one. */
export function workerService(
  { run, namespace, owner }: OwnedContext,
  worker: string,
  ports: readonly BenchmarkPort[],
  agentPort: number | undefined,
): RunService {
  const labels = { ...runLabels(run), [workerLabel]: worker };
  // A name that begins so tells a mesh the protocol; it must not guess from the first bytes.
  const named = ports.map(({ protocol, port }) => ({
    name: `${protocol}-${port}`,
    protocol: protocol.toUpperCase(),
    port,
  }));
  const agent = agentPort === undefined ? [] : [{ name: 'podlag', port: agentPort }];
  return service(
    { name: workerObjectName(run, worker), namespace, labels, ownerReferences: [owner] },
    { [runLabel]: run, [workerLabel]: worker },
    [...named, ...agent],
  );
}

function service(
  metadata: Service['metadata'],
  selector: Readonly<Record<string, string>>,
  ports: readonly ServicePort[],
): RunService {
  // A worker is ready when it listens, and it listens only while it is measured.
  return { metadata, spec: { type: 'ClusterIP', publishNotReadyAddresses: true, selector, ports } };
}
