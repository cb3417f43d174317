import { kubectl, tryKubectl } from '../../deploy/command';

const partOf = String.raw`{.metadata.labels.app\.kubernetes\.io/part-of}`;
const title = `{range .items[*]}{.kind}/{.metadata.name}{"\\t"}${partOf}{"\\n"}{end}`;

/** Events are history, and metrics are of pods that are listed already. */
const isKept = (kind: string) => !/^events?\b|\.metrics\.k8s\.io$/.test(kind);

/**
 * `Kind/name` of every object of the cluster, of whatever kind its API servers list, that podlag is named in or that is
 * labelled as part of it. It throws where the listing cannot have been whole.
 */
export async function podlagObjects(): Promise<readonly string[]> {
  const kinds = await kubectl(['api-resources', '--verbs=list', '--output=name']);
  const wanted = kinds.trim().split('\n').filter(isKept).join(',');
  // A kind that is just being taken away, or that cannot be listed in a cloud, is no reason to see none of the others.
  const { stdout, stderr } = await tryKubectl([
    'get',
    '--all-namespaces',
    `--output=jsonpath=${title}`,
    wanted,
  ]);
  const lines = stdout.trim().split('\n');
  if (!lines.some((line) => line.startsWith('Namespace/kube-system\t'))) {
    throw new Error(`the cluster does not list what it has: ${stderr}`);
  }
  const own = lines.filter((line) => line.includes('podlag')).map((line) => line.replace(/\t.*/, ''));
  return [...new Set(own)].sort();
}

/** The same, as soon as there are no more than `count`, or when the time is over: the garbage collector comes later. */
export async function podlagObjectsOnceFew(count: number, timeoutMs = 60_000): Promise<readonly string[]> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const titles = await podlagObjects();
    if (titles.length <= count || performance.now() > endMs) return titles;
  }
}
