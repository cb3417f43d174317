import { isIP } from 'node:net';
import * as z from 'zod';
import { bounded, readMessage } from './bounded';
import type { TaskRequest, TaskRole } from './task';

/** What an orchestrator says. */
export type ToWorker =
  | { readonly kind: 'welcome'; readonly run: string; readonly heartbeatMs: number }
  | { readonly kind: 'task'; readonly role: TaskRole; readonly task: TaskRequest }
  | { readonly kind: 'cancel'; readonly task: string }
  | { readonly kind: 'goodbye'; readonly reason: string };

/** ToWorker of bench.proto, as the encoder takes it. */
export type ToWorkerWire = Readonly<Record<string, object>>;

export function printToWorker(message: ToWorker): ToWorkerWire {
  switch (message.kind) {
    case 'welcome':
      return { welcome: { run: message.run, heartbeatMs: message.heartbeatMs } };
    case 'task':
      return { task: { ...message.task, role: message.role === 'server' ? 'ROLE_SERVER' : 'ROLE_CLIENT' } };
    case 'cancel':
      return { cancel: { id: message.task } };
    case 'goodbye':
      return { goodbye: { reason: message.reason } };
  }
}

/** @throws PodlagError `bad-message` */
export function readToWorker(wire: unknown): ToWorker {
  return readMessage(toWorker, wire, 'ToWorker');
}

const dayS = 86_400;

// Optional in protobuf is absent here; a worker's own code asks for a value or undefined.
const parameters = z
  .object({
    seconds: z.number().positive().max(dayS),
    warmUpSeconds: z.number().nonnegative().max(dayS),
    streams: z.int().min(1).max(65_536),
    size: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .optional(),
    rate: z.number().positive().optional(),
  })
  .transform(({ size, rate, ...rest }) => ({ ...rest, size, rate }));

// It becomes an argument of a program: nothing that could be taken for an option.
const host = z
  .string()
  .max(253)
  .refine(
    (value) => value === '' || isIP(value) > 0 || /^[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?$/.test(value),
    {
      message: 'must be an IP address or a DNS name',
    },
  );

const task = z
  .object({
    id: bounded.taskId,
    role: z.enum(['ROLE_SERVER', 'ROLE_CLIENT']),
    benchmark: bounded.label,
    parameters,
    serverHost: host,
    timeoutMs: z
      .int()
      .min(1)
      .max(dayS * 1000),
  })
  .refine(({ role, serverHost }) => role === 'ROLE_SERVER' || serverHost !== '', {
    message: 'must name the server of a client',
    path: ['serverHost'],
  });

const toWorker = z.discriminatedUnion('message', [
  z
    .object({
      message: z.literal('welcome'),
      welcome: z.object({ run: bounded.words, heartbeatMs: z.int().min(10).max(60_000) }),
    })
    .transform((wire): ToWorker => ({ kind: 'welcome', ...wire.welcome })),
  z.object({ message: z.literal('task'), task }).transform((wire): ToWorker => {
    const { role, ...request } = wire.task;
    return { kind: 'task', role: role === 'ROLE_SERVER' ? 'server' : 'client', task: request };
  }),
  z
    .object({ message: z.literal('cancel'), cancel: z.object({ id: bounded.taskId }) })
    .transform((wire): ToWorker => ({ kind: 'cancel', task: wire.cancel.id })),
  z
    .object({ message: z.literal('goodbye'), goodbye: z.object({ reason: bounded.words }) })
    .transform((wire): ToWorker => ({ kind: 'goodbye', reason: wire.goodbye.reason })),
]);
