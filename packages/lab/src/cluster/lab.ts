import type { ProgramResult } from '../kernel/run-program';
import type { PingResult } from './ping';
import type { Pod } from './pod';

/** One pod of the lab. */
export interface LabPod {
  readonly name: string;
  readonly namespace: string;
  /** Its own address; the node's for a pod on the host network. */
  readonly ip: string;
  readonly ipv6: string | undefined;
  /** The names of its own containers. */
  readonly containers: readonly string[];
  /** The names of the containers that the injector added. */
  readonly sidecars: readonly string[];
  /** Undefined for a pod on the host network, which is listed but not run: it would shape the node. */
  readonly netns: string | undefined;
  /** The injector's reason code, as `injected` or `opted-out`. */
  readonly decision: string;
  readonly detail: string;
  readonly warnings: readonly string[];
  /** The pod as the API server would keep it, after admission. */
  readonly object: Pod;
}

/** Pods that run. `from` is a pod's name, or `node`. */
export interface Lab {
  readonly id: string;
  /** A folder of the lab's own, in memory, gone when it closes. */
  readonly directory: string;
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly pods: readonly LabPod[];
  /** What the manifest has and the lab has no use for, as `Service basic-pd`. */
  readonly passedOver: readonly string[];
  /** @throws PodlagError `unknown-pod` */
  pod(name: string): LabPod;
  /** The command line by which `argv` runs in a pod's network. */
  command(from: string, argv: readonly [string, ...string[]]): readonly [string, ...string[]];
  /** Runs a program in a pod's network to its end. */
  exec(from: string, argv: readonly [string, ...string[]]): Promise<ProgramResult>;
  /** Sends so many echo requests, one after the other. */
  ping(from: string, toIp: string, count: number): Promise<PingResult>;
  /** Ends every program and takes away every namespace, device and file. */
  close(): Promise<void>;
}
