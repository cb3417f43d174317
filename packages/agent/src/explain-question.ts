import { blockOf, parseCidr, parsed, protocols, type Cidr, type Protocol } from '@podlag/core';
import type { Packet } from '@podlag/netem';
import type { Request } from 'express';
import * as z from 'zod';
import { agentErrors } from './agent-errors';
import { unknownParameter } from './query';

/** A packet of the pod to or from somebody, as the query string describes it. */
export interface Question {
  readonly destination: Cidr;
  readonly protocol: Protocol;
  /** Of the other end. */
  readonly port: number | undefined;
  /** Of the pod. */
  readonly localPort: number | undefined;
  readonly directions: readonly ('egress' | 'ingress')[];
}

const port = z
  .string()
  .regex(/^[0-9]{1,5}$/, 'must be a port, 1 to 65535')
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535, 'must be a port, 1 to 65535')
  .optional();

const both = ['egress', 'ingress'] as const;

const parameters = {
  dst: parsed(addressOf),
  protocol: z.enum(protocols).default('tcp'),
  port,
  localPort: port,
  direction: z.enum(both).optional(),
};

const query = z
  .strictObject(parameters)
  .refine((asked) => asked.protocol !== 'icmp' || (asked.port ?? asked.localPort) === undefined, {
    path: ['port'],
    message: 'ICMP has no ports',
  });

function addressOf(value: unknown): Cidr {
  if (typeof value !== 'string') throw new Error('one IPv4 or IPv6 address is needed');
  if (value.includes('/')) throw new Error('must be one address, not a block of them');
  return parseCidr(value);
}

/** @throws PodlagError `malformed-request`, with the parameter */
export function questionOf(given: Request['query']): Question {
  const result = query.safeParse(given);
  if (!result.success) throw malformed(result.error.issues[0]);
  const { dst, protocol, port: peerPort, localPort, direction } = result.data;
  const directions = direction === undefined ? both : [direction];
  return { destination: dst, protocol, port: peerPort, localPort, directions };
}

function malformed(issue: z.core.$ZodIssue | undefined): Error {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined) return unknownParameter(unknown, Object.keys(parameters));
  const field = String(issue?.path[0] ?? 'dst');
  return agentErrors.error('malformed-request', `${field}: ${issue?.message ?? 'is missing'}`, {
    field,
    hint: 'Ask for example ?dst=10.1.2.3&port=2379&protocol=tcp; direction and localPort narrow it.',
  });
}

/** As the look-up sees it. */
export function packetOf({ destination, protocol, port: peerPort, localPort }: Question): Packet {
  const { family, words } = blockOf(destination);
  return { family, peer: words, protocol, peerPort, localPort };
}
