import { pods, type Pod, type PodCondition, type PodContainerStatus, type Resource } from '@podlag/kube';

type Spec = NonNullable<Pod['spec']>;
type Status = NonNullable<Pod['status']>;

/** A container, with why it is not running. */
export interface RunContainerStatus extends PodContainerStatus {
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: {
      readonly exitCode: number;
      readonly reason?: string;
      readonly message?: string;
    };
    readonly running?: object;
  };
}

/** A pod as a launcher writes it, and as it reads what keeps it from running. */
export interface RunPod extends Pod {
  readonly spec?: Spec & Readonly<Record<string, unknown>>;
  readonly status?: Omit<Status, 'conditions' | 'containerStatuses' | 'initContainerStatuses'> & {
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly (PodCondition & { readonly reason?: string; readonly message?: string })[];
    readonly containerStatuses?: readonly RunContainerStatus[];
    readonly initContainerStatuses?: readonly RunContainerStatus[];
  };
}

/** As `get` and `list` give them; a watch leaves the reasons out. */
export const runPods: Resource<RunPod> = pods;
