import { namespace, uninstall } from '../../install/installation';
import { removeSoon, untilLeftAreGone } from './namespaces';
import { podlagObjects } from './podlag-objects';

const own = /\/podlag-(agents?|controller|injector|sidecar|system|token-keys)\b|\bpodlag\.io$/;

/** Whether that is what podlag's manifests and its programs make, and not of a cluster that somebody has named podlag. */
export function isOwn(title: string): boolean {
  return own.test(title);
}

/**
 * Takes podlag away, so that it can be installed anew. An error where that leaves something.
 *
 * @returns what others have named so, as `podlagObjects` does: the nodes of a kind cluster of that name, for one
 */
export async function removePodlag(): Promise<readonly string[]> {
  await untilLeftAreGone();
  // The namespace first, whose injectors would else take their time to drain.
  await removeSoon(namespace);
  await uninstall();
  const left = await podlagObjects();
  expect(left.filter(isOwn)).toEqual([]);
  return left;
}

/** `podlagObjects`, or any such list, without what others have. */
export function without(others: readonly string[], titles: readonly string[]): readonly string[] {
  return titles.filter((title) => !others.includes(title));
}
