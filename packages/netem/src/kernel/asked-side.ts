import type { QdiscTree, Side } from '../tree/qdisc-tree';
import { layoutOf, noSide, type Layout } from './layout';
import type { Way } from './match-keys';

/** One direction of a tree, as filters. */
export interface AskedSide {
  /** Undefined: nothing is to be shaped. */
  readonly side: Side | undefined;
  readonly layout: Layout;
  /** What was seen to stand, from which only the differences are looked at. */
  readonly known: Layout | undefined;
}

/** A direction of `tree`, beside what it was in `before`, which stands. */
export function askedOf(tree: QdiscTree, way: Way, before: QdiscTree | undefined): AskedSide {
  const stood = before?.[way];
  // Where nothing was shaped, exemptions and tables may have been left standing.
  const known = before && stood && layoutOf(stood, way, before.exemptions);
  const side = tree[way];
  return { side, layout: layoutOf(side ?? noSide, way, tree.exemptions, known), known };
}
