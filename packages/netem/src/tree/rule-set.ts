import { nest, type Placed } from './blocks';
import type { AddressRule, Rules, Verdict } from './rules';
import { crossVerdicts } from './verdict';

/** Verdicts by what they say: equal ones are one object, and are compared by identity. */
export class Verdicts<T extends string | number> {
  readonly #known = new Map<string, Verdict<T>>();

  shared(verdict: Verdict<T>): Verdict<T> {
    const key = verdict.portRules
      .map(({ protocol, ports, to }) => `${protocol} ${ports?.first ?? ''}-${ports?.last ?? ''} ${to}`)
      .concat(String(verdict.otherwise))
      .join(',');
    const known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, verdict);
    return known ?? verdict;
  }
}

/** In the order of `Rules`, which is the same for the same rules whatever they came from. */
export function longestFirst<T>(blocks: readonly AddressRule<T>[]): readonly AddressRule<T>[] {
  // Stable: within a length, the order in which `nest` visits.
  return [...blocks].sort((one, other) => other.block.prefixLength - one.block.prefixLength);
}

/** All that rules send packets to, each once. */
export function destinations<T>({ blocks, everybody }: Rules<T>): ReadonlySet<T> {
  const found = new Set<T>([everybody]);
  for (const verdict of new Set(blocks.map((rule) => rule.verdict))) {
    found.add(verdict.otherwise);
    for (const { to } of verdict.portRules) found.add(to);
  }
  return found;
}

/** The same rules with other destinations. */
export function renamed<A, B>({ blocks, everybody }: Rules<A>, rename: (to: A) => B): Rules<B> {
  const done = new Map<Verdict<A>, Verdict<B>>();
  const verdictOf = (verdict: Verdict<A>): Verdict<B> => {
    const portRules = verdict.portRules.map((rule) => ({ ...rule, to: rename(rule.to) }));
    return { portRules, otherwise: rename(verdict.otherwise) };
  };
  const shared = (verdict: Verdict<A>): Verdict<B> => {
    const known = done.get(verdict) ?? verdictOf(verdict);
    done.set(verdict, known);
    return known;
  };
  return {
    blocks: blocks.map(({ block, verdict }) => ({ block, verdict: shared(verdict) })),
    everybody: rename(everybody),
  };
}

/** Two sets of rules laid over each other: each packet goes to the pair of what it goes to in each. */
export function crossRules<A, B, T extends string | number>(
  one: Rules<A>,
  other: Rules<B>,
  pair: (a: A, b: B) => T,
): Rules<T> {
  type Half = { readonly a?: Verdict<A>; readonly b?: Verdict<B> };
  interface Whole {
    readonly a: Verdict<A>;
    readonly b: Verdict<B>;
    readonly verdict: Verdict<T>;
  }
  const verdicts = new Verdicts<T>();
  const crossed = new Map<Verdict<A>, Map<Verdict<B>, Verdict<T>>>();
  const cross = (a: Verdict<A>, b: Verdict<B>): Verdict<T> => {
    const ofA = crossed.get(a) ?? new Map<Verdict<B>, Verdict<T>>();
    crossed.set(a, ofA);
    const verdict = ofA.get(b) ?? verdicts.shared(crossVerdicts(a, b, pair));
    ofA.set(b, verdict);
    return verdict;
  };
  const whole = (a: Verdict<A>, b: Verdict<B>): Whole => ({ a, b, verdict: cross(a, b) });
  const outside = whole(plain(one.everybody), plain(other.everybody));
  const halves: Placed<Half>[] = [
    ...one.blocks.map(({ block, verdict }) => ({ block, value: { a: verdict } })),
    ...other.blocks.map(({ block, verdict }) => ({ block, value: { b: verdict } })),
  ];
  const blocks: AddressRule<T>[] = [];
  nest(halves, (block, values, around: Whole = outside) => {
    const { a = around.a, b = around.b } = Object.assign({}, ...values) as Half;
    const found = whole(a, b);
    if (found.verdict !== around.verdict) blocks.push({ block, verdict: found.verdict });
    return found;
  });
  return { blocks: longestFirst(blocks), everybody: pair(one.everybody, other.everybody) };
}

function plain<T>(otherwise: T): Verdict<T> {
  return { portRules: [], otherwise };
}
