import { addressWords, isIpv4Mapped, printAddress } from '@podlag/core';
import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';

/** What a name server has answered. */
export interface Resolution {
  /** IPv4 and IPv6, each once; never empty. None is IPv4 inside IPv6. */
  readonly addresses: readonly string[];
  /** The least of the records' TTLs, in seconds. */
  readonly ttlSeconds: number;
  /** The family of which the name server told nothing, neither addresses nor that there are none. */
  readonly unanswered?: 4 | 6;
}

/** Asks for the addresses of a hostname. Rejects when there are none, whatever the reason. */
export type Resolve = (hostname: string) => Promise<Resolution>;

/** What a resolver of node:dns does here. */
export type Questions = Pick<Resolver, 'resolve4' | 'resolve6'>;

interface Answer {
  readonly records: readonly { readonly address: string; readonly ttl: number }[];
  readonly failure?: NodeJS.ErrnoException;
}

/** A name with IPv4 alone answers the other question with "no data": that is an answer. */
const noSuchRecords: ReadonlySet<string | undefined> = new Set(['ENODATA', 'ENOTFOUND']);

/** Whether an error of `Resolve` is a name server's word that there is no address. */
export function isAnswer(error: Error & { readonly code?: unknown }): boolean {
  return typeof error.code === 'string' && noSuchRecords.has(error.code);
}

/** By the name servers of /etc/resolv.conf, without its search list: a hostname in an object is a whole one. */
export function dnsResolve(resolver: Questions = new Resolver({ timeout: 3_000, tries: 2 })): Resolve {
  return async (hostname) => {
    const [four, six] = await Promise.all([
      answerOf(resolver.resolve4(hostname, { ttl: true })),
      answerOf(resolver.resolve6(hostname, { ttl: true })),
    ]);
    const records = [...four.records, ...six.records];
    if (records.length === 0) throw whyNone(hostname, [four, six]);
    return {
      addresses: [...new Set(records.map(({ address }) => asInPackets(address)))],
      ttlSeconds: Math.min(...records.map(({ ttl }) => ttl)),
      ...(isUnanswered(four) ? { unanswered: 4 } : {}),
      ...(isUnanswered(six) ? { unanswered: 6 } : {}),
    };
  };
}

/** IPv4 inside IPv6 (RFC 4291, section 2.5.5.2) is in no packet: who connects to it sends IPv4, and no agent takes it. */
function asInPackets(address: string): string {
  if (!isIPv6(address)) return address;
  const words = addressWords(address);
  return isIpv4Mapped({ family: 6, words, prefixLength: 128 }) ? printAddress(words.slice(3)) : address;
}

async function answerOf(question: Promise<Answer['records']>): Promise<Answer> {
  try {
    return { records: await question };
  } catch (failure) {
    return { records: [], failure: failure as NodeJS.ErrnoException };
  }
}

function isUnanswered({ failure }: Answer): boolean {
  return failure !== undefined && !noSuchRecords.has(failure.code);
}

/** A question without an answer says more than one that was answered with nothing. */
function whyNone(hostname: string, answers: readonly Answer[]): Error {
  const [first] = [...answers.filter(isUnanswered), ...answers].flatMap(({ failure }) => failure ?? []);
  return first ?? Object.assign(new Error(`${hostname} has no address`), { code: 'ENODATA' });
}
