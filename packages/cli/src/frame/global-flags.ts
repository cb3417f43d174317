import { InvalidArgumentError, Option, type Command } from 'commander';
import { Duration } from '@podlag/core';
import { outputFormats, type OutputFormat } from '../output/print';
import type { ClusterFlags } from './command-context';

/** Which cluster, and where in it; as kubectl has them. */
export interface NamespaceFlags extends ClusterFlags {
  readonly namespace?: string;
}

/** Pods, or objects, of more than one namespace, or of some labels. */
export interface ScopeFlags extends NamespaceFlags {
  readonly allNamespaces?: true;
  readonly selector?: string;
}

export interface OutputFlags {
  readonly output?: OutputFormat;
}

/** `--kubeconfig`, `--context` and `-n`. */
export function withNamespaceFlags(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'the namespace; default: that of the kubeconfig’s context')
    .option('--context <name>', 'the kubeconfig’s context; default: its current one')
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, or ~/.kube/config');
}

/** `-A` besides. */
export function withAllNamespaces(command: Command): Command {
  return command.addOption(new Option('-A, --all-namespaces', 'of every namespace').conflicts('namespace'));
}

/** `-l`. @param what the plural of what has the labels */
export function withSelector(command: Command, what: 'pods' | 'objects'): Command {
  return command.option('-l, --selector <labels>', `${what} with these labels, as app=pd,tier!=web`);
}

/** `-o`, by default a table. */
export function withOutput(command: Command, formats: readonly string[] = outputFormats): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to print; json and yaml are stable').choices([...formats]),
  );
}

/** Reads an option that is a duration. */
export function durationFlag(text: string): Duration {
  try {
    return Duration.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It ${(error as Error).message.replace(/^duration: ".*" /, '')}.`);
  }
}

/** Reads an option that is a port. */
export function portFlag(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Give a port, 1 to 65535.');
}

/** For an option that may be given several times. */
export function oneMore(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}
