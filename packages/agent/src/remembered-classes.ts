import type { QdiscTree, Side } from '@podlag/netem';

/** Which class stands for which faults. */
export interface RememberedClass {
  readonly minor: number;
  readonly faults: readonly string[];
}

/** Of each direction; absent where nothing is shaped. */
export interface RememberedClasses {
  readonly egress?: readonly RememberedClass[] | undefined;
  readonly ingress?: readonly RememberedClass[] | undefined;
}

export function classesOf({ egress, ingress }: QdiscTree): RememberedClasses {
  const ofSide = (side: Side | undefined): readonly RememberedClass[] | undefined =>
    side?.classes.map(({ minor, faults }) => ({ minor, faults }));
  return { egress: ofSide(egress), ingress: ofSide(ingress) };
}

/**
 * The same tree by the class numbers that it had before the agent was started anew: so it finds its own classes in the
 * kernel. A side whose classes are not all remembered keeps its numbers.
 */
export function renumbered(tree: QdiscTree, remembered: RememberedClasses): QdiscTree {
  return {
    ...tree,
    egress: tree.egress && renumberedSide(tree.egress, remembered.egress ?? []),
    ingress: tree.ingress && renumberedSide(tree.ingress, remembered.ingress ?? []),
  };
}

function renumberedSide(side: Side, remembered: readonly RememberedClass[]): Side {
  const byFaults = new Map(remembered.map(({ minor, faults }) => [faults.join(), minor]));
  const minors = new Map<number, number>();
  for (const { minor, faults } of side.classes) {
    const known = byFaults.get(faults.join());
    if (known === undefined) return side;
    minors.set(minor, known);
  }
  if (new Set(minors.values()).size !== minors.size) return side;
  return withMinors(side, (minor) => minors.get(minor) ?? minor);
}

type Verdict = Side['rules']['blocks'][number]['verdict'];

function withMinors({ classes, rules }: Side, minorFor: (minor: number) => number): Side {
  const made = new Map<Verdict, Verdict>();
  // Blocks of one verdict share it, before and after.
  const translated = (verdict: Verdict): Verdict => {
    const known = made.get(verdict);
    if (known) return known;
    const portRules = verdict.portRules.map((rule) => ({ ...rule, to: minorFor(rule.to) }));
    const translation = { portRules, otherwise: minorFor(verdict.otherwise) };
    made.set(verdict, translation);
    return translation;
  };
  return {
    classes: classes
      .map((one) => ({ ...one, minor: minorFor(one.minor) }))
      .sort((one, other) => one.minor - other.minor),
    rules: {
      blocks: rules.blocks.map(({ block, verdict }) => ({ block, verdict: translated(verdict) })),
      everybody: minorFor(rules.everybody),
    },
  };
}
