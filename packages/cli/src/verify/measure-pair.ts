import type { Explanation } from '@podlag/client';
import { isPodlagError } from '@podlag/core';
import { quantile } from './added-delay';
import { askedOf, longestMs, type Asked } from './asked';
import type { Pair } from './end';
import { judge, type Judgement, type Measured } from './judge';

/** What to connect to, and how often. */
export interface ProbeSettings {
  readonly port: number;
  readonly count: number;
}

/** What came of one pair. Where the agents could not be asked, or nothing was measured, that is missing. */
export interface PairResult extends Judgement {
  readonly pair: Pair;
  readonly asked?: Asked;
  readonly measured?: Measured;
}

const intervalMs = 20;
const leastTimeoutMs = 3_000;
/** An agent waits no longer for an answer. */
const mostTimeoutMs = 30_000;
/** A busy machine, a network that has a latency of its own. */
const slackMs = 2_000;
/** Who is answered later than this after the fastest is taken for lost: the SYN was sent again after a second. */
const widestSpreadMs = 900;

/** Asks both ends what is to be, measures, and judges. What an agent answers with an error cannot be measured. */
export async function measurePair(pair: Pair, settings: ProbeSettings): Promise<PairResult> {
  try {
    const before = await explainPair(pair, settings);
    const asked = askedOf(before);
    const why = whyNotMeasurable(asked);
    if (why !== undefined) return { pair, asked, verdict: 'unmeasurable', reason: why };
    const measured = await pair.from.agent.client.probe({
      dst: pair.to.address,
      ...settings,
      interval: `${intervalMs}ms`,
      timeout: `${timeoutFor(asked)}ms`,
    });
    const after = await explainPair(pair, settings);
    if (profilesOf(before) !== profilesOf(after)) {
      const reason = 'what is asked for changed while it was measured';
      return { pair, asked, measured, verdict: 'unmeasurable', reason };
    }
    return { pair, asked, measured, ...judge(asked, measured) };
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    return { pair, verdict: 'unmeasurable', reason: `${error.detail} (${error.code})` };
  }
}

/** What the agents of both ends do to a connect and its answer. */
export function explainPair({ from, to }: Pair, { port }: ProbeSettings): Promise<readonly Explanation[]> {
  return Promise.all([
    from.agent.client.explain({ dst: to.address, protocol: 'tcp', port }),
    // Seen from there the port is its own.
    ...(to.agent === undefined
      ? []
      : [to.agent.client.explain({ dst: from.address, protocol: 'tcp', localPort: port })]),
  ]);
}

function whyNotMeasurable(asked: Asked): string | undefined {
  const { delay, heldByRateMs, never } = asked;
  if (never) return undefined;
  if (longestMs(asked) + slackMs > mostTimeoutMs) {
    return 'an answer may take longer than the 30 s that an agent waits for it';
  }
  if (quantile(delay, 1) - quantile(delay, 0) > widestSpreadMs) {
    return 'the delays are almost a second apart: TCP sends its SYN again meanwhile, and which one is answered cannot be told';
  }
  if (heldByRateMs > intervalMs) {
    return 'the rate that is asked for lets fewer packets pass than a measurement sends';
  }
  return undefined;
}

function timeoutFor(asked: Asked): number {
  return Math.ceil(Math.max(leastTimeoutMs, longestMs(asked) + slackMs));
}

/** Handles in the kernel may change; what happens to a packet may not. */
function profilesOf(sides: readonly Explanation[]): string {
  return JSON.stringify(
    sides.map(({ egress, ingress }) => [egress, ingress].map((way) => [way?.faults, way?.profile])),
  );
}
