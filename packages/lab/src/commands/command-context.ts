import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { InvalidArgumentError } from 'commander';
import type { Kubernetes } from '../control-plane';
import type { Progress } from '../kernel';

/** What main.ts knows of the process and its surroundings, for every command. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** podlag's cache folder. */
  readonly cache: string;
  readonly progress: Progress;
  /** Aborts when the user or a supervisor wants the command to end. */
  readonly signal: AbortSignal;
  /** The command that runs this program once more: node and the bundle. */
  readonly self: readonly [node: string, bundle: string];
  /** The workspace's root. */
  readonly repository: string;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** The folder of Kubernetes' Go module. */
export const kubernetesModule = ({ repository }: CommandContext): string =>
  join(repository, 'packages/lab/kubernetes');

/** Says what is to be known of how Kubernetes' programs go together. */
export function tellNotes({ notes }: Pick<Kubernetes, 'notes'>): void {
  for (const note of notes) tell(note);
}

/** A line for a person. What a program reads goes to standard output. */
export function tell(line: string): void {
  process.stderr.write(`podlag-lab: ${line}\n`);
}

/** What a person is told of an error. */
export function errorText(error: unknown): string {
  return isPodlagError(error) ? error.toText() : String(error);
}

/** Reads an option with a number of MiB, at least so many. */
export function megabytesFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Give whole megabytes, ${least} or more, as in 1536.`);
  };
}
