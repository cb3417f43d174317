import { networkInterfaces } from 'node:os';
import type { Request } from 'express';
import type { Answer, Route } from '../answer';
import { parseProbeRequest } from './probe-request';
import type { Prober } from './prober';

export interface ProbeParts {
  readonly prober: Prober;
  /** Whether the pod may probe itself, which shows no fault: for tests. */
  readonly probeLoopback?: boolean;
}

/** What a connection to somebody takes now, measured. */
export function probeRoutes(parts: ProbeParts): readonly Route[] {
  return [{ method: 'post', path: '/v1/probes', handle: (request) => answer(parts, request) }];
}

async function answer({ prober, probeLoopback = false }: ProbeParts, request: Request): Promise<Answer> {
  const asked = parseProbeRequest(request.body, {
    addresses: ownAddresses(),
    loopback: probeLoopback,
  });
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  request.socket.once('close', leave);
  try {
    const result = await prober.probe(asked, gone.signal);
    return { body: result, text: result.roundTrip.median?.toString() ?? 'no answer' };
  } finally {
    request.socket.off('close', leave);
  }
}

/** As they are now: an interface may come late. */
function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((ofOne) => ofOne?.map(({ address }) => address) ?? []);
}
