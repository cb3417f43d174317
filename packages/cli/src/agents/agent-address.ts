import { isIPv6 } from 'node:net';
import { defaultAgentPort } from '@podlag/core';
import { InvalidArgumentError } from 'commander';
import type { AgentPlace } from '../frame/command-context';

/** An agent that is spoken to straight. */
export type AgentAddress = Extract<AgentPlace, { kind: 'address' }>;

const pattern = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+))(?::([0-9]{1,5}))?$/;

/** Reads `10.1.2.3`, `pd-0.example:2332`, `fd00::7` or `[fd00::7]:2332`; the port is the agents' own unless given. */
export function parseAgentAddress(text: string): AgentAddress {
  if (isIPv6(text)) return { kind: 'address', host: text, port: defaultAgentPort };
  const [, bracketed, plain, portText] = pattern.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(portText ?? defaultAgentPort);
  if (host === undefined || port < 1 || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw new InvalidArgumentError('Give HOST or HOST:PORT, as in 10.1.2.3 or [fd00::7]:2332.');
  }
  return { kind: 'address', host, port };
}

/** As it is typed, with the port only where it is not the agents' own. */
export function printAgentAddress({ host, port }: AgentAddress): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  return port === defaultAgentPort ? host : `${name}:${port}`;
}
