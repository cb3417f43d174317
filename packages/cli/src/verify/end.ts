import type { ReachedAgent } from '../agents/agents';

/** One end of a round trip. */
export interface End {
  /** What the user calls it: a pod, with -A behind its namespace, or an address. */
  readonly name: string;
  /** IPv4 or IPv6. */
  readonly address: string;
  /** Undefined where there is none, or none that can be asked: then nothing can be measured from here. */
  readonly agent: ReachedAgent | undefined;
}

/** An end with an agent, which can measure. */
export type Source = End & { readonly agent: ReachedAgent };

/** What is measured: connects from one end to another. */
export interface Pair {
  readonly from: Source;
  readonly to: End;
}

export function isSource(end: End): end is Source {
  return end.agent !== undefined;
}
