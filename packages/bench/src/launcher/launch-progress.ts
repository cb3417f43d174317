import type { RunStatus } from '../orchestrator/run-status';

/** What a launcher tells while it works. */
export type LaunchProgress =
  /** The run has its name: by it `attach` finds it, should this launcher die. */
  | { readonly kind: 'named'; readonly run: string; readonly namespace: string }
  /** A sentence on what was done, or what is otherwise than one may think. */
  | { readonly kind: 'told'; readonly sentence: string }
  /** What is waited for, one line each: `pod bench-node-1-... : Pending, image is being pulled`. */
  | { readonly kind: 'waiting'; readonly lines: readonly string[] }
  /** The run's folder on this machine is there. */
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'status'; readonly status: RunStatus };
