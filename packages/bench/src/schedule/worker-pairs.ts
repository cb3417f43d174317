import type { Path, Placement } from '../scenario/bench-scenario';
import { pairRounds, type PairRound } from './edge-colouring';
import { takingTurns } from './taking-turns';
import type { WorkerSite } from './trial';

/** Who is measured with whom on a path and in a placement. */
export type WorkerPairs =
  | { readonly kind: 'pairs'; readonly rounds: readonly PairRound<WorkerSite>[]; readonly all: number }
  | { readonly kind: 'none'; readonly why: string };

/**
 * The pairs of a path and placement, at most `most`, each as client and server, in rounds in which no worker has two. They
 * depend on nothing but the workers' names and places, so that two runs among the same workers have the same cells.
 */
export function workerPairs(
  path: Path,
  placement: Placement,
  workers: readonly WorkerSite[],
  most: number,
): WorkerPairs {
  const players = playersOf(path, placement, workers);
  const rounds = pairRounds(players, mayMeet[placement]);
  const all = rounds.flat().length;
  if (all === 0) return { kind: 'none', why: whyNone(path, placement, workers) };
  return { kind: 'pairs', rounds: takingTurns(fewer(rounds, most)), all };
}

const mayMeet: Readonly<Record<Placement, (one: WorkerSite, other: WorkerSite) => boolean>> = {
  'same-node': (one, other) => one.node === other.node,
  'other-node': (one, other) => one.node !== other.node && !areZonesApart(one, other),
  'other-zone': areZonesApart,
};

function areZonesApart(one: WorkerSite, other: WorkerSite): boolean {
  return one.zone !== undefined && other.zone !== undefined && one.zone !== other.zone;
}

/**
 * Between nodes one worker stands for its node, the first by name: two pairs that share a network card would measure each
 * other. So it is on the host network in any case, where a node has each port once.
 */
function playersOf(path: Path, placement: Placement, workers: readonly WorkerSite[]): readonly WorkerSite[] {
  const players = workers
    .filter(({ network }) => network === networkOf(path))
    .toSorted((one, other) => compareText(one.name, other.name));
  if (placement === 'same-node' && path !== 'host-network') return players;
  return players.filter(({ node }, index) => players.findIndex((first) => first.node === node) === index);
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function whyNone(path: Path, placement: Placement, workers: readonly WorkerSite[]): string {
  const found = workers.filter(({ network }) => network === networkOf(path));
  if (found.length === 0)
    return path === 'host-network' ? 'no worker is there' : 'no worker is in a pod network';
  if (placement === 'same-node') {
    return path === 'host-network' ? 'one worker each' : 'no node has two workers';
  }
  if (placement === 'other-zone') return 'no two workers are known to be in different zones';
  return new Set(found.map(({ node }) => node)).size < 2
    ? 'all workers are on one node'
    : 'no zone has two nodes with workers';
}

function networkOf(path: Path): WorkerSite['network'] {
  return path === 'host-network' ? 'host' : 'pod';
}

/** Round by round, since a round has everybody about once. */
function fewer(rounds: readonly PairRound<WorkerSite>[], most: number): readonly PairRound<WorkerSite>[] {
  let room = most;
  const chosen = rounds.map((round) => {
    const taken = round.slice(0, room);
    room -= taken.length;
    return taken;
  });
  return chosen.filter(({ length }) => length > 0);
}
