import { latencyMatrices, networkFaults, scenarios } from '@podlag/api';
import type { KubeObject, Resource } from '@podlag/kube';
import * as z from 'zod';

/** A kind of podlag's objects, as the command line speaks of it. */
export interface ObjectKind {
  readonly kind: 'NetworkFault' | 'LatencyMatrix' | 'Scenario';
  readonly resource: Resource<KubeObject>;
  /** As kubectl prints a name: `networkfault.podlag.io`. */
  readonly group: string;
  /** Of the command that is for it. */
  readonly command: 'fault' | 'matrix' | 'scenario';
}

export const objectKinds: Readonly<Record<ObjectKind['kind'], ObjectKind>> = {
  NetworkFault: {
    kind: 'NetworkFault',
    resource: networkFaults,
    group: 'networkfault.podlag.io',
    command: 'fault',
  },
  LatencyMatrix: {
    kind: 'LatencyMatrix',
    resource: latencyMatrices,
    group: 'latencymatrix.podlag.io',
    command: 'matrix',
  },
  Scenario: { kind: 'Scenario', resource: scenarios, group: 'scenario.podlag.io', command: 'scenario' },
};

/** Undefined for a kind that is not podlag's. */
export function objectKindOf(kind: unknown): ObjectKind | undefined {
  return Object.values(objectKinds).find((known) => known.kind === kind);
}

const failure = z.object({
  pod: z.string(),
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional(),
});

const counts = z.object({
  selected: z.number().default(0),
  effective: z.number().default(0),
  pending: z.number().default(0),
  failed: z.number().default(0),
});

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

/** What the controller says of an object, of whatever kind. Before it has said anything: Pending. */
const objectStatus = z.object({
  observedGeneration: z.number().optional(),
  phase: z.string().default('Pending'),
  startTime: z.string().nullish(),
  endTime: z.string().nullish(),
  position: z.string().nullish(),
  skew: z.string().nullish(),
  pods: counts.prefault({}),
  failures: z.array(failure).default([]),
  conditions: z.array(condition).default([]),
  baselines: z.array(z.object({ between: z.array(z.string()), rtt: z.string() })).default([]),
});

export type ObjectStatus = z.output<typeof objectStatus>;

/** The status of an object as it came from the API server. */
export function statusOf(object: KubeObject): ObjectStatus {
  const { status } = object as KubeObject & { readonly status?: unknown };
  const read = objectStatus.safeParse(status ?? {});
  // Another version's controller may write what this program does not know: no reason to know nothing.
  return read.success ? read.data : objectStatus.parse({});
}

/** Whether the controller's word is on what is asked for now, not on what was before. */
export function isObserved(object: KubeObject): boolean {
  return (statusOf(object).observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
}
