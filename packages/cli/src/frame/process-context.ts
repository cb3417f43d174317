import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { httpTransport, podProxyTransport } from '@podlag/client';
import { systemClock } from '@podlag/core';
import { kubeApiFromKubeconfig } from '@podlag/kube/client';
import { cliErrors } from './cli-errors';
import type { AgentPlace, Cluster, ClusterFlags } from './command-context';
import { contextNamespace } from './kubeconfig-namespace';
import type { Surroundings } from './run';

/** What main.ts knows of its process. */
export interface ProcessParts {
  /** process.argv[1]: the name that it was called by. */
  readonly calledAs: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly interrupted: AbortSignal;
}

/** The surroundings of a real process: its streams, its kubeconfig, real agents. */
export function processSurroundings(parts: ProcessParts): Surroundings {
  const { calledAs, env, stdin, stdout, stderr, interrupted } = parts;
  return {
    name: basename(calledAs).startsWith('kubectl-') ? 'kubectl podlag' : 'podlag',
    stdout: (words) => void stdout.write(words),
    stderr: (words) => void stderr.write(words),
    isTTY: stdout.isTTY && !env.NO_COLOR,
    stderrColumns: () => (stderr.isTTY && env.TERM !== 'dumb' ? stderr.columns : undefined),
    clock: systemClock,
    connect: (flags) => connect(flags, env.KUBECONFIG),
    transportFor,
    readFile: (path) => readInput(path, stdin),
    writeFile: writeOutput,
    interrupted,
  };
}

async function connect(
  { kubeconfig, context }: ClusterFlags,
  variable: string | undefined,
): Promise<Cluster> {
  const api = kubeApiFromKubeconfig(kubeconfig, context);
  const fromVariable = variable?.split(delimiter).filter((path) => path !== '') ?? [];
  const standard = fromVariable.length === 0 ? [join(homedir(), '.kube', 'config')] : fromVariable;
  const paths = kubeconfig === undefined ? standard : [kubeconfig];
  // As kubectl does, one of several may be missing; in a pod there is none at all.
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
  return { api, namespace: contextNamespace(texts, context) };
}

function transportFor(place: AgentPlace): ReturnType<Surroundings['transportFor']> {
  if (place.kind === 'address') return httpTransport(place.host, place.port);
  const { api, namespace, name, port } = place;
  return podProxyTransport(api, { namespace, name }, port);
}

async function readInput(path: string, stdin: NodeJS.ReadableStream): Promise<string> {
  try {
    return path === '-' ? await text(stdin) : await readFile(path, 'utf8');
  } catch (cause) {
    throw cliErrors.error('unreadable-file', (cause as Error).message, { cause });
  }
}

async function writeOutput(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (cause) {
    throw cliErrors.error('unwritable-file', (cause as Error).message, { cause });
  }
}
