import { Duration } from '@podlag/core';
import * as z from 'zod';
import { duration } from './quantity';
import { nameWord } from './word';

const summary = z
  .object({
    /** Connects that were answered, by a refusal too. */
    answered: z.number(),
    /** Those without an answer in time, or with one to a repeated SYN only. */
    lost: z.number(),
    /** Of what was answered; absent when nothing was. */
    min: duration.optional(),
    median: duration.optional(),
    p95: duration.optional(),
    max: duration.optional(),
  })
  .readonly();

/** Round trips of one kind. */
export type ProbeSummary = z.output<typeof summary>;

export const probeResult = z
  .object({
    dst: nameWord,
    port: z.number(),
    count: z.number(),
    /** To the port that was asked for: with what faults do to it. */
    roundTrip: summary,
    /** To the agent port of the same peer, which no fault touches. */
    idle: summary,
    /** What the faults add: the difference of the two medians, 0ms where it is less. Absent when one is missing. */
    added: z.object({ median: duration.optional() }).readonly(),
    /** The longest that the agent was busy with something else meanwhile: no figure is better than this. */
    eventLoopDelay: duration.optional(),
  })
  .readonly();

/** What an agent's probe measured. */
export type ProbeResult = z.output<typeof probeResult>;

/** What to measure; POST /v1/probes. */
export interface ProbeRequest {
  /** IPv4 or IPv6 address of the peer. */
  readonly dst: string;
  /** Default 7, where mostly nobody listens: a refusal takes a round trip as well. */
  readonly port?: number;
  /** 1 to 1000, default 20. */
  readonly count?: number;
  /** From one connect to the next, 1ms to 10s, default 20ms. */
  readonly interval?: string;
  /** After this a connect is lost, 1ms to 30s, default 3s. */
  readonly timeout?: string;
}

/** How many connects an agent has open at once for one request. */
const mostAtOnce = 256;
const slackMs = 10_000;

/** When everything is lost, until the agent must have answered, in milliseconds. */
export function longestProbeMs({ count = 20, interval = '20ms', timeout = '3s' }: ProbeRequest): number {
  const pauseMs = Duration.parse(interval, 'interval').milliseconds;
  const patienceMs = Duration.parse(timeout, 'timeout').milliseconds;
  return count * pauseMs + Math.ceil((2 * count) / mostAtOnce) * patienceMs + slackMs;
}
