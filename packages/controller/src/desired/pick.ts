import { hash } from 'node:crypto';
import type { ParsedMode } from '@podlag/api';
import type { WorldPod } from './world';

/**
 * Which of the candidates an object is for, by rendezvous hashing over its uid and theirs: each pod has a rank of its own,
 * so one that comes or goes changes nothing among the rest but who stands at the edge. In the order of `candidates`.
 */
export function picked(mode: ParsedMode, uid: string, candidates: readonly WorldPod[]): readonly WorldPod[] {
  if (mode.kind === 'all') return candidates;
  const able = candidates.filter(({ agent }) => agent !== undefined);
  const electorate = able.length > 0 ? able : candidates;
  const ranked = electorate
    .map((pod) => ({ pod, rank: hash('sha256', `${uid} ${pod.uid}`) }))
    .sort((one, other) => compareText(one.rank, other.rank));
  const chosen = new Set(ranked.slice(0, countOf(mode, electorate.length)).map(({ pod }) => pod));
  return candidates.filter((pod) => chosen.has(pod));
}

/** By code units, so that the order is the same on each machine. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** A percentage is rounded up: 1 % of three pods is one, not none. */
function countOf(mode: Exclude<ParsedMode, { kind: 'all' }>, all: number): number {
  switch (mode.kind) {
    case 'one':
      return 1;
    case 'fixed':
      return mode.count;
    case 'percent':
      return Math.ceil((all * mode.percent) / 100);
  }
}
