import { blockOf, type Fault, type Target } from '@podlag/core';
import { nest, type Placed } from './blocks';
import { claimOf, verdictOfClaims, type Claim } from './claims';
import { longestFirst, Verdicts } from './rule-set';
import type { AddressRule, Block, Rules, Verdict } from './rules';

/** The claims that are made of one packet address, from all the blocks around it. */
interface Situation {
  readonly claims: readonly Claim[];
  readonly verdict: Verdict<string>;
  /** By the claims of a block within: most blocks make the same few. */
  readonly within: Map<string, Situation>;
}

const everywhere: readonly Block[] = [
  { family: 4, words: [0], prefixLength: 0 },
  { family: 6, words: [0, 0, 0, 0], prefixLength: 0 },
];

/**
 * Which faults each packet of a direction meets, as a look-up: `meets` for all packets at once. The destinations are the
 * names of the faults, sorted and joined by `+`; '' is none. The order of the faults and of their targets does not matter.
 * What is neither IPv4 nor IPv6 meets the faults that name nobody.
 */
export function classify(faults: readonly Fault[], direction: 'egress' | 'ingress'): Rules<string> {
  const sorted = faults
    .filter((fault) => fault.direction === 'both' || fault.direction === direction)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const verdicts = new Verdicts<string>();
  const situation = (claims: readonly Claim[]): Situation => ({
    claims,
    verdict: verdicts.shared(verdictOfClaims(sorted, claims)),
    within: new Map(),
  });
  const outside = situation([]);
  const blocks: AddressRule<string>[] = [];
  nest(placedClaims(sorted), (block, values, around: Situation = outside) => {
    const key = claimsKey(values);
    const found = around.within.get(key) ?? situation(union(around.claims, values));
    around.within.set(key, found);
    if (found.verdict !== around.verdict) blocks.push({ block, verdict: found.verdict });
    return found;
  });
  return { blocks: longestFirst(blocks), everybody: outside.verdict.otherwise };
}

/** A claim that is made again within is the same claim. */
interface NumberedClaim extends Claim {
  readonly number: number;
}

const nobody: readonly Target[] = [];

function placedClaims(faults: readonly Fault[]): readonly Placed<NumberedClaim>[] {
  const placed: Placed<NumberedClaim>[] = [];
  let count = 0;
  const place = (fault: number, targets: readonly Target[], isException: boolean): void => {
    const known = new Map<string, NumberedClaim>();
    for (const { target, block, narrowing: key } of readTargets(targets)) {
      const value = known.get(key) ?? { ...claimOf(fault, target, isException), number: count++ };
      known.set(key, value);
      if (block !== undefined) placed.push({ block, value });
      else for (const all of everywhere) placed.push({ block: all, value });
    }
  };
  for (const [fault, { to = nobody, except = nobody }] of faults.entries()) {
    place(fault, to, false);
    place(fault, except, true);
  }
  return placed;
}

/** A target as numbers: its block, and what else it asks for. */
interface ReadTarget {
  readonly target: Target;
  readonly block: Block | undefined;
  readonly narrowing: string;
}

const readBefore = new WeakMap<readonly Target[], readonly ReadTarget[]>();

/** Read once: a fault of thousands stays while others come and go. */
function readTargets(targets: readonly Target[]): readonly ReadTarget[] {
  const known = readBefore.get(targets);
  if (known) return known;
  const read = targets.map((target) => ({
    target,
    block: target.cidr === undefined ? undefined : blockOf(target.cidr),
    narrowing: narrowing(target),
  }));
  readBefore.set(targets, read);
  return read;
}

/** What a target asks for beside the address; thousands ask for nothing. */
function narrowing({ protocol, ports }: Target): string {
  if (ports === undefined) return protocol ?? '';
  return [protocol ?? '', ...ports.map(({ first, last }) => `${first}-${last}`)].join(' ');
}

function claimsKey(claims: readonly NumberedClaim[]): string {
  if (claims.length === 1) return String(claims[0]?.number);
  const numbers = new Set(claims.map(({ number }) => number));
  return [...numbers].sort((one, other) => one - other).join(' ');
}

function union(around: readonly Claim[], own: readonly Claim[]): readonly Claim[] {
  return [...new Set([...around, ...own])];
}
