import type { Json, PodJson } from '../judge';
import { listOf, tryKubectl } from './kubectl';

/** What the API server makes of pods, by their names, and what it says about those that it refuses. */
export interface CreatedPods {
  readonly pods: ReadonlyMap<string, PodJson>;
  readonly refusals: string;
}

/** Has the API server make pods and keep none: mutated, defaulted and validated, as they would be stored. */
export async function created(pods: readonly Json[], namespace: string): Promise<CreatedPods> {
  const items = pods.map((pod) => asNew(pod, namespace));
  // Fields that this API server does not know are for it to drop, as with a client that knows them.
  const flags = ['--dry-run=server', '--validate=ignore', '-o', 'json', '-f', '-'];
  const { stdout, stderr } = await tryKubectl(
    ['create', '--namespace', namespace, ...flags],
    JSON.stringify(listOf(items)),
  );
  const documents = stdout.split(/^(?=\{)/m).filter((text) => text.trim() !== '');
  const all = documents.map((text) => JSON.parse(text) as PodJson);
  const refusals = stderr.replaceAll(/^Warning:.*\n?/gm, '');
  return { pods: new Map(all.map((pod) => [String(pod.metadata.name), pod])), refusals };
}

/** A pod without what only a stored one has. */
function asNew(pod: Json, namespace: string): Json {
  const stored = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink'];
  const metadata = Object.entries(pod.metadata as Json).filter(([name]) => !stored.includes(name));
  return {
    ...pod,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...Object.fromEntries(metadata), namespace },
    status: {},
  };
}

/** What two pods that were asked for in the same words have in common: not the names and times that were made for them. */
export function comparable(pod: PodJson | undefined): unknown {
  if (pod === undefined) return undefined;
  const { labels, annotations } = pod.metadata;
  const text = JSON.stringify({ metadata: { labels, annotations }, spec: pod.spec });
  return JSON.parse(text.replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access')) as unknown;
}
