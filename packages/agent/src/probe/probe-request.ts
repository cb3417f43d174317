import {
  blockOf,
  didYouMean,
  Duration,
  parseCidr,
  parsed,
  prefixMask,
  quote,
  type AddressBlock,
} from '@podlag/core';
import * as z from 'zod';
import { agentErrors } from '../agent-errors';

/** What to measure. */
export interface ProbeRequest {
  /** IPv4 or IPv6 address of the peer. */
  readonly dst: string;
  /** TCP. Default 7 (echo, RFC 862), where mostly nobody listens. */
  readonly port: number;
  /** How many connects, 1 to 1000. Default 20. */
  readonly count: number;
  /** From one connect to the next, 1 ms to 10 s. Default 20 ms. */
  readonly interval: Duration;
  /** When a connect is lost, 1 ms to 30 s. Default 3 s. */
  readonly timeout: Duration;
}

const spanOf = (mostSeconds: number): z.ZodType<Duration> =>
  parsed((value, field) => Duration.parse(value, field)).refine(
    ({ milliseconds }) => milliseconds >= 1 && milliseconds <= mostSeconds * 1_000,
    `must be 1ms to ${mostSeconds}s`,
  );

/** All probes of an agent together are few: nobody is to keep one for hours. */
const longest = Duration.parse('2m');

const request = z
  .strictObject({
    dst: parsed(addressOf),
    port: z.int().min(1).max(65_535).default(7),
    count: z.int().min(1).max(1_000).default(20),
    interval: spanOf(10).prefault('20ms'),
    timeout: spanOf(30).prefault('3s'),
  })
  .refine(
    ({ count, interval, timeout }) =>
      count * interval.nanoseconds + timeout.nanoseconds <= longest.nanoseconds,
    {
      path: ['count'],
      message: `with count x interval + timeout a probe may be as long as ${longest.toString()}`,
    },
  );

function addressOf(value: unknown): string {
  if (typeof value !== 'string' || value.includes('/')) throw new Error('one IPv4 or IPv6 address is needed');
  return parseCidr(value).address;
}

/** The pod that probes. */
export interface ProbingPod {
  /** Its addresses, IPv4 and IPv6. */
  readonly addresses: readonly string[];
  /** Whether it may probe itself, which shows no fault: for tests. */
  readonly loopback: boolean;
}

/**
 * Reads the body of POST /v1/probes.
 *
 * @throws PodlagError `malformed-request`, with the field
 */
export function parseProbeRequest(body: unknown, { addresses, loopback }: ProbingPod): ProbeRequest {
  const result = request.safeParse(body ?? {});
  if (!result.success) throw malformed(...atFault(result.error.issues[0]));
  const { dst } = result.data;
  const peer = blockOf(parseCidr(dst));
  const isItself = addresses.some((address) => isWithin(peer, blockOf(parseCidr(address))));
  const why = isItself ? itself : whyNoPeer(peer);
  if (why === undefined || (why === itself && loopback)) return result.data;
  throw malformed('dst', `${quote(dst)} is ${why}`);
}

function atFault(issue: z.core.$ZodIssue | undefined): readonly [field: string, message: string] {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined)
    return [unknown, `is not known.${didYouMean(unknown, Object.keys(request.shape))}`];
  return [String(issue?.path[0] ?? 'dst'), issue?.message ?? 'is missing'];
}

function malformed(field: string, message: string): Error {
  return agentErrors.error('malformed-request', `${field}: ${message}`, {
    field,
    hint: 'Send for example {"dst":"10.1.2.3","port":2379,"count":20,"interval":"20ms","timeout":"3s"}; only dst is needed.',
  });
}

const itself = 'the pod itself';
const notOne = 'not the address of one peer';
/** Where clouds answer for the node, with its credentials. */
const linkLocal = 'link-local, where the node and its cloud answer, not a pod';

/** Addresses of no peer: RFC 6890 for IPv4, with multicast and what is reserved above it; RFC 4291 for IPv6. */
const noPeers = [
  ['0.0.0.0/8', notOne],
  ['224.0.0.0/3', notOne],
  ['::/128', notOne],
  ['ff00::/8', notOne],
  ['169.254.0.0/16', linkLocal],
  ['fe80::/10', linkLocal],
  ['127.0.0.0/8', itself],
  ['::1/128', itself],
].map(([block, why]) => ({ block: blockOf(parseCidr(block)), why }));

function whyNoPeer(peer: AddressBlock): string | undefined {
  return noPeers.find(({ block }) => isWithin(peer, block))?.why;
}

function isWithin({ family, words }: AddressBlock, block: AddressBlock): boolean {
  return (
    block.family === family &&
    block.words.every(
      (word, index) => word === ((words[index] ?? 0) & prefixMask(block.prefixLength, index)) >>> 0,
    )
  );
}
