import { didYouMean, quote } from '@podlag/core';
import type { Request } from 'express';
import { agentErrors } from './agent-errors';

/** How a change is to be made, as the query string says it. */
export interface AskedChange {
  /** Only answer what would be done. */
  readonly dryRun: boolean;
  /** Undefined: nothing was said about the order of packets. */
  readonly drain: boolean | undefined;
}

const known = ['dryRun', 'drain'] as const;

/** API servers refuse the query dryRun in what they proxy to a pod, whatever it would mean there. */
const otherSpellings: Readonly<Record<string, string>> = { dryrun: 'dryRun' };

/**
 * The query string of a call that changes something.
 *
 * @throws PodlagError `malformed-request`: taken for a wish to change nothing, a typing error would change the network
 */
export function askedChange(request: Pick<Request, 'query'>): AskedChange {
  const names: readonly string[] = known;
  const query = respelled(request.query);
  const unknown = Object.keys(query).find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownParameter(unknown, known);
  return { dryRun: flagOf(query, 'dryRun') ?? false, drain: flagOf(query, 'drain') };
}

function respelled(query: Request['query']): Request['query'] {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [otherSpellings[name] ?? name, value]),
  );
}

/** The error for a parameter that the call does not take. */
export function unknownParameter(name: string, taken: readonly string[]): Error {
  return agentErrors.error('malformed-request', `${quote(name)} is no parameter of this call`, {
    field: name,
    hint: `It takes ${taken.join(', ')}.${didYouMean(name, taken)}`,
  });
}

function flagOf(query: Request['query'], name: (typeof known)[number]): boolean | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw agentErrors.error('malformed-request', `${name}: ${quote(value)} is neither true nor false`, {
    field: name,
    hint: `Write ?${name}=true, or leave it out.`,
  });
}
