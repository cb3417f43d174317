import { coreErrors } from '@podlag/core';
import * as z from 'zod';
import type { Environment } from '../record/manifest';
import { environmentSchema } from '../record/manifest-schema';
import { dnsLabel } from '../scenario/dns-label';
import type { WorkerSite } from '../schedule/trial';

/** A worker that a run counts on, as whoever starts the run has placed it. */
export interface ExpectedWorker extends WorkerSite {
  /** Host of the Service before it. Undefined: it has none, and the path `service` does not lead to it. */
  readonly service?: string | undefined;
  /** Where the agent beside it listens. Undefined: nobody can set a fault there. */
  readonly agent?: AgentAddress | undefined;
  /** What the worker cannot see from inside: its node's instance type, kubelet and the like. */
  readonly environment?: Environment | undefined;
}

/** Host and TCP port of an agent's API. */
export interface AgentAddress {
  readonly host: string;
  readonly port: number;
}

const host = z.string().min(1).max(253);

const expectedWorker = z.strictObject({
  name: dnsLabel(),
  node: z.string().min(1),
  zone: z.string().min(1).optional(),
  network: z.enum(['pod', 'host']),
  service: host.optional(),
  agent: z.strictObject({ host, port: z.int().min(1).max(65_535) }).optional(),
  /** As in the manifest, where it will stand. */
  environment: environmentSchema.optional(),
});

const expectedWorkers = z
  .array(expectedWorker)
  .min(2, 'must be two at least: a client and a server')
  .refine((workers) => new Set(workers.map(({ name }) => name)).size === workers.length, {
    message: 'must have names of their own',
  });

/**
 * Reads the list of workers that a launcher has written.
 *
 * @param field what to call it in an error
 * @throws PodlagError `invalid-config`, with the worker and the field
 */
export function parseExpectedWorkers(document: unknown, field = 'workers'): readonly ExpectedWorker[] {
  const result = expectedWorkers.safeParse(document);
  if (result.success) return result.data.map((worker) => ({ ...worker, zone: worker.zone }));
  const detail = result.error.issues
    .map(({ path, message }) => `${[field, ...path.map(String)].join('.')}: ${message}`)
    .join('; ');
  throw coreErrors.error('invalid-config', detail, { field });
}
