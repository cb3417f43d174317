import * as z from 'zod';
import type {
  Counters,
  ObservedChance,
  ObservedHook,
  ObservedLoss,
  ObservedNetem,
  ObservedQdisc,
} from '../kernel/observed';

const correlated = { correlation: z.number().default(0) };

const netemOptions = z.object({
  limit: z.number(),
  delay: z.object({ delay: z.number(), jitter: z.number(), ...correlated }).optional(),
  'loss-random': z.object({ loss: z.number(), ...correlated }).optional(),
  'loss-gemodel': z.object({ p: z.number(), r: z.number(), '1-h': z.number(), '1-k': z.number() }).optional(),
  'loss-state': z
    .object({ p13: z.number(), p31: z.number(), p32: z.number(), p23: z.number(), p14: z.number() })
    .optional(),
  duplicate: z.object({ duplicate: z.number(), ...correlated }).optional(),
  corrupt: z.object({ corrupt: z.number(), ...correlated }).optional(),
  reorder: z.object({ reorder: z.number(), ...correlated }).optional(),
  rate: z.object({ rate: z.number() }).default({ rate: 0 }),
  gap: z.number().default(0),
  seed: z.number().optional(),
});

const qdisc = z.object({
  kind: z.string(),
  handle: z.string(),
  root: z.boolean().optional(),
  parent: z.string().optional(),
  options: z.record(z.string(), z.unknown()).default({}),
  bytes: z.number().default(0),
  packets: z.number().default(0),
  drops: z.number().default(0),
  qlen: z.number().default(0),
});

/** The qdiscs of a device: those on the way out, and what stands where packets come in. */
export interface QdiscListing {
  readonly qdiscs: readonly ObservedQdisc[];
  readonly hook: ObservedHook['qdisc'];
}

/** Reads `tc -j -s qdisc show dev DEVICE`. */
export function parseQdiscs(json: string): QdiscListing {
  const all = z.array(qdisc).parse(JSON.parse(json));
  return {
    qdiscs: all.filter(({ kind }) => kind !== 'ingress' && kind !== 'clsact').map(observedQdisc),
    hook: all.map(({ kind }) => kind).find((kind) => kind === 'ingress' || kind === 'clsact'),
  };
}

function observedQdisc(one: z.output<typeof qdisc>): ObservedQdisc {
  return {
    kind: one.kind,
    handle: one.handle,
    parent: one.root === true ? 'root' : (one.parent ?? ''),
    directQueueLength: one.kind === 'htb' ? Number(one.options.direct_qlen) : undefined,
    limit: one.kind === 'pfifo' ? z.number().parse(one.options.limit) : undefined,
    netem: one.kind === 'netem' ? netemOf(netemOptions.parse(one.options)) : undefined,
    counters: countersOf(one),
  };
}

function countersOf({ bytes, packets, drops, qlen }: z.output<typeof qdisc>): Counters {
  return { bytes, packets, drops, backlogPackets: qlen };
}

function netemOf(options: z.output<typeof netemOptions>): ObservedNetem {
  const { delay = { delay: 0, jitter: 0, correlation: 0 }, duplicate, corrupt, reorder } = options;
  return {
    limit: options.limit,
    delaySeconds: roundestMicroseconds(delay.delay),
    jitterSeconds: roundestMicroseconds(delay.jitter),
    delayCorrelation: delay.correlation,
    loss: lossOf(options),
    duplicate: duplicate && chance(duplicate.duplicate, duplicate.correlation),
    corrupt: corrupt && chance(corrupt.corrupt, corrupt.correlation),
    reorder: reorder && chance(reorder.reorder, reorder.correlation),
    gap: options.gap,
    rateBytesPerSecond: options.rate.rate,
    // A seed that the kernel made up has more digits than a number; those that are asked for have not.
    seed: options.seed === undefined ? undefined : BigInt(options.seed),
  };
}

function lossOf(options: z.output<typeof netemOptions>): ObservedLoss | undefined {
  const random = options['loss-random'];
  const gemodel = options['loss-gemodel'];
  const state = options['loss-state'];
  if (random) return { kind: 'random', ...chance(random.loss, random.correlation) };
  if (gemodel) return { kind: 'gemodel', chances: [gemodel.p, gemodel.r, gemodel['1-h'], gemodel['1-k']] };
  if (state) return { kind: 'state', chances: [state.p13, state.p31, state.p32, state.p23, state.p14] };
  return undefined;
}

function chance(ratio: number, correlation: number): ObservedChance {
  return { ratio, correlation };
}

/**
 * tc sends times in ticks of 64 ns and prints what comes back cut to microseconds: 250us is 3906 ticks, 249.984 us,
 * and comes out as 0.000249. The value asked for was that number of microseconds or one more; the rounder is taken.
 */
function roundestMicroseconds(seconds: number): number {
  const printed = Math.round(seconds * 1e6);
  const next = printed + 1;
  return (trailingZeros(next) > trailingZeros(printed) ? next : printed) / 1e6;
}

function trailingZeros(value: number): number {
  return value === 0 ? Infinity : (/0*$/.exec(String(value))?.[0].length ?? 0);
}
