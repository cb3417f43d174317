import type { AgentTransport } from '@podlag/client';
import type { Clock } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import type { ExitCode } from './exit-code';

/** kubectl's flags that say which cluster, as whom. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A cluster that can be spoken to. */
export interface Cluster {
  readonly api: KubeApi;
  /** Where a command without -n looks: the context's namespace, or `default`. */
  readonly namespace: string;
}

/** Where one agent is. */
export type AgentPlace =
  /** Straight over HTTP, without a cluster. */
  | { readonly kind: 'address'; readonly host: string; readonly port: number }
  /** Through the API server's proxy to pods. */
  | {
      readonly kind: 'pod';
      readonly api: KubeApi;
      readonly namespace: string;
      readonly name: string;
      readonly port: number;
    };

/** What commands need of the process around them. A test gives its own. */
export interface CommandContext {
  /** As the user calls it: what usage and hints show. */
  readonly name: 'podlag' | 'kubectl podlag';
  /** Data. */
  readonly stdout: (text: string) => void;
  /** Talk: progress, warnings, errors. */
  readonly stderr: (text: string) => void;
  /** Whether stdout is a terminal, on which lines can be drawn anew and coloured. */
  readonly isTTY: boolean;
  /** How many columns the terminal has that stderr is; undefined where it is none, and no line can be drawn anew. */
  readonly stderrColumns: () => number | undefined;
  readonly clock: Clock;
  /** @throws PodlagError `kube-config` */
  readonly connect: (flags: ClusterFlags) => Promise<Cluster>;
  readonly transportFor: (place: AgentPlace) => AgentTransport & { close?(): void };
  /** Of a file, or of standard input for `-`. @throws PodlagError `unreadable-file` */
  readonly readFile: (path: string) => Promise<string>;
  /** Over what is there. @throws PodlagError `unwritable-file` */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** Aborts when the user wants the command to end (Ctrl-C). */
  readonly interrupted: AbortSignal;
  /** What the process shall end with, where a command that did its work has a verdict: `exitCodes.off`. */
  readonly exitWith: (code: ExitCode) => void;
}
