import {
  didYouMean,
  Duration,
  isPodlagError,
  quote,
  type Distribution,
  type Loss,
  type Rate,
} from '@podlag/core';
import * as z from 'zod';
import { coreFault, type Quantity } from './fault-spec';
import { dnsLabel, durationField } from './field-schema';
import { invalidObject } from './invalid-object';

/** A link as it stands in an object: `between` two regions with `rtt`, or `from` one `to` the other with `delay`. */
export interface LinkSpec {
  readonly between?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly rtt?: Quantity;
  readonly delay?: Quantity;
  readonly jitter?: Quantity;
  readonly distribution?: unknown;
  readonly loss?: Readonly<Record<string, unknown>>;
  readonly rate?: string;
}

/** What packets from one region to another meet, in that direction alone. At least one of delay, loss and rate is there. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly delay?:
    | {
        /** What is asked: with subtractBaseline the whole of it, not what is added. */
        readonly oneWay: Duration;
        readonly jitter?: Duration | undefined;
        readonly distribution?: Distribution | undefined;
      }
    | undefined;
  readonly loss?: Loss | undefined;
  readonly rate?: Rate | undefined;
}

/** What was asked for one direction so far, and by which field its delay at last. */
export interface AskedLink {
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly oneWay?: Duration | undefined;
  readonly jitter?: Duration | undefined;
  readonly distribution?: Distribution | undefined;
  readonly loss?: Loss | undefined;
  readonly rate?: Rate | undefined;
}

/** Links by `from to`. */
export type AskedLinks = Map<string, AskedLink>;

/** The name of a direction between two regions, as ParsedLatencyMatrix has it. */
export function linkKey(from: string, to: string): string {
  return `${from} ${to}`;
}

const upToAnHour = durationField('0ms', '1h').optional();

/** One link as an object has it. Loss, rate and distribution are left to core's own reader. */
export const linkFields = z
  .strictObject({
    between: z.array(dnsLabel).length(2, 'must be two names of regions').optional(),
    from: dnsLabel.optional(),
    to: dnsLabel.optional(),
    ...{ rtt: upToAnHour, delay: upToAnHour, jitter: upToAnHour },
    ...{ distribution: z.unknown().optional(), loss: z.unknown().optional(), rate: z.unknown().optional() },
  })
  .refine(
    ({ between, from, to }) =>
      (between === undefined) === (from !== undefined && to !== undefined) &&
      (from === undefined) === (to === undefined),
    { message: 'takes either between, for both directions, or from and to, for one' },
  )
  .refine(({ between, rtt }) => rtt === undefined || between !== undefined, {
    path: ['rtt'],
    message: 'is for between: with from and to write delay, which is one way',
  })
  .refine(({ between, delay }) => delay === undefined || between === undefined, {
    path: ['delay'],
    message: 'is one way, for from and to: with between write rtt, the round trip',
  })
  .refine(
    ({ rtt, delay, jitter, loss, rate }) =>
      [rtt, delay, jitter, loss, rate].some((each) => each !== undefined),
    {
      message: 'does nothing: set at least one of rtt, delay, jitter, loss, rate',
    },
  )
  .refine(
    ({ rtt, delay, jitter }) =>
      jitter === undefined || jitter.nanoseconds <= ((rtt ?? delay)?.nanoseconds ?? Infinity),
    {
      path: ['jitter'],
      message: 'is more than the delay: a packet cannot leave before it came',
    },
  )
  .refine(
    ({ distribution, jitter }) => distribution === undefined || (jitter !== undefined && !jitter.isZero),
    {
      path: ['distribution'],
      message: 'needs a jitter: without one each packet has the same delay',
    },
  );

type LinkFields = z.output<typeof linkFields>;

/** Lays links over what was asked before: a delay takes the place of the delay with its jitter, loss of loss, rate of rate. */
export function addLinks(asked: AskedLinks, links: readonly LinkFields[], regions: readonly string[]): void {
  for (const [index, link] of links.entries()) {
    const field = `spec.links[${index}]`;
    requireRegions(link, field, regions);
    const shaped = shapeOf(link, field);
    const isOfDelay = (link.rtt ?? link.delay ?? link.jitter) !== undefined;
    for (const { from, to, first } of directionsOf(link)) {
      const before = asked.get(linkKey(from, to));
      asked.set(linkKey(from, to), {
        ...kept(before, link),
        ...shaped,
        ...delayOf(link, first),
        field: isOfDelay ? field : (before?.field ?? field),
        from,
        to,
      });
    }
  }
}

/** @throws PodlagError `invalid-object` where a jitter has come to stand beside a shorter delay, or none */
export function finishedLinks(asked: AskedLinks): ReadonlyMap<string, Link> {
  return new Map([...asked].map(([key, link]) => [key, finished(link)]));
}

function finished({ field, from, to, oneWay, jitter, distribution, loss, rate }: AskedLink): Link {
  if (jitter !== undefined && jitter.nanoseconds > (oneWay?.nanoseconds ?? -1)) {
    const than =
      oneWay === undefined
        ? 'has no delay beside it'
        : `is more than the delay of ${oneWay.toString()} from ${from} to ${to}`;
    throw invalidObject(`${field}.jitter`, `${jitter.toString()} one way ${than}`);
  }
  const spread = jitter === undefined || jitter.isZero ? {} : { jitter, distribution };
  return { from, to, delay: oneWay && { oneWay, ...spread }, loss, rate };
}

interface DirectionOfLink {
  readonly from: string;
  readonly to: string;
  /** An odd nanosecond of a round trip goes here. */
  readonly first: boolean;
}

function directionsOf({ between, from, to }: LinkFields): readonly DirectionOfLink[] {
  if (from !== undefined && to !== undefined) return [{ from, to, first: true }];
  const [a = '', b = ''] = between ?? [];
  const there = { from: a, to: b, first: true };
  return a === b ? [there] : [there, { from: b, to: a, first: false }];
}

function kept(before: AskedLink | undefined, { rtt, delay }: LinkFields): Partial<AskedLink> {
  if (before === undefined) return {};
  return (rtt ?? delay) === undefined ? before : { loss: before.loss, rate: before.rate };
}

function delayOf({ rtt, delay, jitter, between }: LinkFields, first: boolean): Partial<AskedLink> {
  const share = (whole: Duration): Duration => (between === undefined ? whole : half(whole, first));
  const asked = rtt ?? delay;
  return { ...(asked && { oneWay: share(asked) }), ...(jitter && { jitter: share(jitter) }) };
}

/** Half of a round trip; the odd nanosecond is in the first. */
export function half({ nanoseconds }: Duration, first: boolean): Duration {
  return Duration.ofNanoseconds(first ? Math.ceil(nanoseconds / 2) : Math.floor(nanoseconds / 2));
}

/** Loss, rate and distribution by core's reader, as effects of a fault that is made up around them. */
function shapeOf({ distribution, loss, rate }: LinkFields, field: string): Partial<AskedLink> {
  if (distribution === undefined && loss === undefined && rate === undefined) return {};
  const delay = distribution === undefined ? {} : { delay: { time: '1ms', jitter: '1ms', distribution } };
  const fault = inLinkWords(() =>
    coreFault(
      { ...delay, ...(loss === undefined ? {} : { loss }), ...(rate === undefined ? {} : { rate }) },
      field,
    ),
  );
  return {
    ...(fault.delay && { distribution: fault.delay.distribution }),
    ...(fault.loss && { loss: fault.loss }),
    ...(fault.rate && { rate: fault.rate }),
  };
}

/** A link has its distribution beside its delay, where a fault has it inside. */
function inLinkWords<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    const plain = (text: string): string => text.replaceAll('].delay.', '].');
    throw invalidObject(plain(error.field ?? ''), plain(error.detail).replace(/^\S+: /, ''));
  }
}

function requireRegions({ between, from, to }: LinkFields, field: string, regions: readonly string[]): void {
  const named = between
    ? between.map((name, index) => [`${field}.between[${index}]`, name] as const)
    : [[`${field}.from`, from] as const, [`${field}.to`, to] as const];
  for (const [at, name = ''] of named) {
    if (regions.includes(name)) continue;
    const guess = didYouMean(name, regions) || ` There are ${regions.join(', ')}`;
    throw invalidObject(at, `${quote(name)} is no region of this matrix.${guess}`);
  }
}
