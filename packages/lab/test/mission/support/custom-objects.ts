import { kubectl } from '../../deploy/command';
import { textOf } from '../../deploy/manifest';
import { read, type Json } from '../../install/installation';
import { agentUrl, type MeasuringPod } from './measuring-pod';
import { untilIn } from './waiting';

export type Kind = 'NetworkFault' | 'LatencyMatrix' | 'Scenario';

/** What the controller says of an object, as far as these tests look at it. */
export interface Status {
  readonly observedGeneration?: number;
  readonly phase?: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly position?: string;
  readonly skew?: string;
  readonly pods?: Readonly<Record<'selected' | 'effective' | 'pending' | 'failed', number>>;
  readonly conditions?: readonly { readonly reason: string; readonly message: string }[];
}

interface Observed {
  readonly metadata: { readonly generation: number };
  readonly status?: Status;
}

/** An object of podlag's, in the namespace that it is applied to. */
export function customObject(kind: Kind, name: string, spec: Json): Json {
  return { ...{ apiVersion: 'podlag.io/v1alpha1', kind, metadata: { name } }, spec };
}

/** `kubectl apply`, of all of them at once. */
export async function apply(namespace: string, ...objects: readonly Json[]): Promise<void> {
  await kubectl(['apply', '--namespace', namespace, '-f', '-'], textOf(objects));
}

/** What is said of it as it is written now; undefined where that is of what it was before. @param title such as `networkfault/slow` */
export async function statusOf(namespace: string, title: string): Promise<Status | undefined> {
  const { metadata, status } = await read<Observed>(title, '--namespace', namespace);
  return status?.observedGeneration === metadata.generation ? status : undefined;
}

/** Waits until it is in that phase. @returns its status then */
export async function untilPhase(namespace: string, title: string, phase: string): Promise<Status> {
  let status: Status | undefined;
  await untilIn(namespace, async () => {
    status = await statusOf(namespace, title);
    return status?.phase === phase;
  });
  return status!;
}

/** Takes away all of podlag's objects of a namespace, and waits until the agents of these pods hold nothing of them. */
export async function removeObjects(
  namespace: string,
  client: MeasuringPod,
  pods: readonly { readonly ip: string }[],
): Promise<void> {
  await kubectl(['delete', 'networkfault,latencymatrix,scenario', '--all', '--namespace', namespace]);
  await untilForgotten(namespace, client, pods);
}

/** Waits until the agents of these pods hold no plan. */
export function untilForgotten(
  namespace: string,
  client: MeasuringPod,
  pods: readonly { readonly ip: string }[],
): Promise<void> {
  return untilIn(namespace, async () => {
    const held = await Promise.all(pods.map((pod) => client.wget(agentUrl(pod, '/v1/plans'))));
    return held.every((text) => (JSON.parse(text) as { plans: unknown[] }).plans.length === 0);
  });
}
