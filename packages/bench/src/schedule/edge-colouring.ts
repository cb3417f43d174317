import { tournament, type Meeting } from '@podlag/core';

/** A set of pairs that have nobody in common. */
export type PairRound<T> = readonly Meeting<T>[];

/**
 * All meetings that `mayMeet` allows, each once, in rounds in which nobody meets two. As few rounds as can be where everybody
 * may meet everybody (the circle method), or where there are two camps (Kőnig's theorem); else nearly as few.
 */
export function pairRounds<T>(
  players: readonly T[],
  mayMeet: (one: T, other: T) => boolean,
): readonly PairRound<T>[] {
  const parts = connectedParts(players, mayMeet).map((part) => roundsOfPart(part, mayMeet));
  const count = Math.max(0, ...parts.map(({ length }) => length));
  // Those of different parts never meet, so their rounds go side by side.
  return Array.from({ length: count }, (_, index) => parts.flatMap((rounds) => rounds[index] ?? []));
}

/** Those of one part can be reached from one another by meetings; those of two parts cannot. */
function connectedParts<T>(
  players: readonly T[],
  mayMeet: (one: T, other: T) => boolean,
): readonly (readonly T[])[] {
  const parts: T[][] = [];
  const left = new Set(players);
  for (const first of players) {
    if (!left.delete(first)) continue;
    const part = [first];
    // The list grows while it is walked through.
    for (const one of part) {
      const reached = [...left].filter((other) => mayMeet(one, other));
      for (const other of reached) left.delete(other);
      part.push(...reached);
    }
    parts.push(part);
  }
  return parts;
}

function roundsOfPart<T>(
  part: readonly T[],
  mayMeet: (one: T, other: T) => boolean,
): readonly PairRound<T>[] {
  const circle = tournament(part)
    .map((meetings) => meetings.filter(([one, other]) => mayMeet(one, other)))
    .filter(({ length }) => length > 0);
  // Nobody meets more than one a round: fewer rounds than that there cannot be.
  if (circle.length === mostMeetingsOfOne(circle.flat())) return circle;
  const chained = chainColoured(circle.flat());
  return chained.length < circle.length ? chained : circle;
}

function mostMeetingsOfOne<T>(meetings: readonly Meeting<T>[]): number {
  const counts = new Map<T, number>();
  for (const player of meetings.flat()) counts.set(player, (counts.get(player) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/**
 * Edge colouring with Kempe chains: where the two have no free colour in common, the colours along a chain from one of them
 * are exchanged, which frees one for both. Without odd cycles that always works, and the colours are as few as can be.
 */
function chainColoured<T>(meetings: readonly Meeting<T>[]): readonly PairRound<T>[] {
  const colours = new Map<T, Map<number, Meeting<T>>>();
  const of = (player: T): Map<number, Meeting<T>> => {
    const known = colours.get(player) ?? new Map<number, Meeting<T>>();
    colours.set(player, known);
    return known;
  };
  // Vizing: one colour more than the most meetings of one is enough for every graph.
  const palette = mostMeetingsOfOne(meetings) + 1;
  for (const meeting of meetings) {
    const chain = openChain(meeting, palette, of);
    if (chain !== undefined) exchange(chain, of);
    const colour = chain?.turns[0] ?? leastFree(...meeting.map(of));
    for (const player of meeting) of(player).set(colour, meeting);
  }
  return byColour(meetings, of);
}

interface Link<T> {
  readonly meeting: Meeting<T>;
  readonly colour: number;
}

interface Chain<T> {
  readonly turns: readonly [number, number];
  readonly links: readonly Link<T>[];
}

type ColoursOf<T> = (player: T) => Map<number, Meeting<T>>;

/**
 * From the second of the two, in a colour that is free for the first. Not one that ends at the first: exchanged, it would take
 * there what it frees here.
 */
function openChain<T>([one, other]: Meeting<T>, palette: number, of: ColoursOf<T>): Chain<T> | undefined {
  for (const colour of freeColours(of(one), palette)) {
    for (const next of freeColours(of(other), palette)) {
      const chain = { turns: [colour, next] as const, links: linksFrom(other, [colour, next], of) };
      if (!chain.links.some(({ meeting }) => meeting.includes(one))) return chain;
    }
  }
  return undefined;
}

/** The meetings of the two colours by turns, from `player` on. */
function linksFrom<T>(player: T, turns: readonly [number, number], of: ColoursOf<T>): readonly Link<T>[] {
  const links: Link<T>[] = [];
  let [at, colour, next] = [player, ...turns];
  for (;;) {
    const meeting = of(at).get(colour);
    if (meeting === undefined || colour === next) return links;
    links.push({ meeting, colour });
    at = meeting[0] === at ? meeting[1] : meeting[0];
    [colour, next] = [next, colour];
  }
}

function exchange<T>({ turns: [one, other], links }: Chain<T>, of: ColoursOf<T>): void {
  for (const { meeting, colour } of links) {
    for (const player of meeting) of(player).delete(colour);
  }
  for (const { meeting, colour } of links) {
    for (const player of meeting) of(player).set(colour === one ? other : one, meeting);
  }
}

function freeColours(taken: ReadonlyMap<number, unknown>, palette: number): readonly number[] {
  return Array.from({ length: palette }, (_, colour) => colour).filter((colour) => !taken.has(colour));
}

function leastFree(...taken: readonly ReadonlyMap<number, unknown>[]): number {
  let colour = 0;
  while (taken.some((known) => known.has(colour))) colour += 1;
  return colour;
}

function byColour<T>(meetings: readonly Meeting<T>[], of: ColoursOf<T>): readonly PairRound<T>[] {
  const rounds: Meeting<T>[][] = [];
  for (const meeting of meetings) {
    for (const [colour, met] of of(meeting[0])) {
      if (met === meeting) (rounds[colour] ??= []).push(meeting);
    }
  }
  return rounds.filter((round) => round.length > 0);
}
