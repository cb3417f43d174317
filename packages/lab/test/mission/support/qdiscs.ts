import { execIn } from './measuring-pod';

/** The lines of `tc qdisc show`, by device. */
export type Qdiscs = Readonly<Record<string, readonly string[]>>;

/** Reads what `tc qdisc show` has printed. */
export function parseQdiscs(stdout: string): Qdiscs {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return Object.groupBy(lines, (line) => / dev (\S+)/.exec(line)?.[1] ?? '') as Qdiscs;
}

/** What the network namespace of a pod has, by the tc of one of its containers. */
export async function qdiscs(namespace: string, pod: string, container: string): Promise<Qdiscs> {
  return parseQdiscs(await execIn(namespace, pod, container, ['tc', 'qdisc', 'show']));
}

/** Of these, those of devices that another answer has, too: a node's others come and go with its pods. */
export function ofDevicesIn(other: Qdiscs, these: Qdiscs): Qdiscs {
  return Object.fromEntries(Object.entries(these).filter(([device]) => device in other));
}
