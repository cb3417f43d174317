import { isIP } from 'node:net';
import { Duration, setting } from '@podlag/core';
import * as z from 'zod';
import { dnsLabel } from '../scenario/dns-label';

const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[^\s:]+):[0-9]{1,5}$/;

/** Everything that can be set, by the environment (`PODLAG_ORCHESTRATOR`). */
export const workerSettings = z.strictObject({
  /** Where the orchestrator is; an IPv6 address in brackets. */
  orchestrator: z.string().regex(hostAndPort, 'must be HOST:PORT'),
  /** Its own name in the run, which is that of its certificate. */
  worker: dnsLabel(),
  /** The node it is on, by the downward API. */
  node: setting.text(),
  /** The node's zone. */
  zone: setting.text().optional(),
  /** Whose network it is in: its pod's, or its node's. */
  network: z.enum(['pod', 'host']),
  /** Folder with ca.crt, tls.crt and tls.key. */
  tlsFolder: setting.text(),
  /** Its IP addresses, with commas, by the downward API; the first is the one that clients use. */
  addresses: setting
    .text()
    .transform((text) => text.split(',').map((address) => address.trim()))
    .refine(
      (addresses) => addresses.every((address) => isIP(address) > 0),
      'must be IP addresses with commas',
    ),
  /** It ends then, whatever the orchestrator says: it has none perhaps. */
  deadline: setting.duration().default(() => Duration.parse('2h')),
  /** The container image, for the record. */
  image: setting.text().optional(),
  logLevel: setting.logLevel().default('info'),
});
