import * as z from 'zod';
import { environmentSchema } from '../record/manifest-schema';
import { selfCheckSchema } from '../record/sample-schema';
import { bounded, readMessage } from './bounded';
import type { Hello } from './connected-worker';
import { mostStderrBytes, mostStdoutBytes, taskStatuses, type TaskOutcome, type TaskStatus } from './task';

/** What a worker says. */
export type FromWorker =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'ready'; readonly task: string }
  | { readonly kind: 'outcome'; readonly outcome: TaskOutcome }
  | { readonly kind: 'heartbeat' };

/** FromWorker of bench.proto, as the encoder takes it. */
export type FromWorkerWire = Readonly<Record<string, object>>;

export function printFromWorker(message: FromWorker): FromWorkerWire {
  switch (message.kind) {
    case 'hello':
      return { hello: helloWire(message.hello) };
    case 'ready':
      return { ready: { task: message.task } };
    case 'outcome':
      return { outcome: outcomeWire(message.outcome) };
    case 'heartbeat':
      return { heartbeat: {} };
  }
}

/** @throws PodlagError `bad-message` */
export function readFromWorker(wire: unknown): FromWorker {
  return readMessage(fromWorker, wire, 'FromWorker');
}

function helloWire({ network, tools, environment, ...rest }: Hello): object {
  return {
    ...rest,
    network: network === 'pod' ? 'NETWORK_POD' : 'NETWORK_HOST',
    tools: Object.entries(tools).map(([benchmark, found]) => ({ benchmark, ...found })),
    environmentJson: JSON.stringify(environment),
  };
}

function outcomeWire({ status, selfCheck, ...rest }: TaskOutcome): object {
  // What was no UTF-8 is longer now than it was.
  const stdout = Buffer.from(rest.stdout).subarray(0, mostStdoutBytes);
  const stderr = Buffer.from(rest.stderr).subarray(0, mostStderrBytes);
  return {
    ...rest,
    ...{ stdout, stderr, status: statusOnWire(status) },
    ...(selfCheck !== undefined && { selfCheckJson: JSON.stringify(selfCheck) }),
  };
}

function statusOnWire(status: TaskStatus): string {
  return `STATUS_${status.toUpperCase()}`;
}

const network = z
  .enum(['NETWORK_POD', 'NETWORK_HOST'])
  .transform((value): Hello['network'] => (value === 'NETWORK_POD' ? 'pod' : 'host'));

const tool = z.object({
  benchmark: bounded.label,
  version: bounded.words.optional(),
  problem: bounded.words.optional(),
});

const hello = z
  .object({
    worker: bounded.label,
    version: bounded.words,
    node: z.string().min(1).max(253),
    zone: z.string().min(1).max(253).optional(),
    network,
    addresses: z.array(z.union([z.ipv4(), z.ipv6()])).max(64),
    tools: z.array(tool).max(64),
    environmentJson: bounded.json(environmentSchema),
  })
  .transform(({ tools, environmentJson, zone, ...rest }): Hello => ({
    ...rest,
    zone,
    tools: Object.fromEntries(tools.map(({ benchmark, ...found }) => [benchmark, found])),
    environment: environmentJson,
  }));

const status = z
  .string()
  .transform((value) => taskStatuses.find((one) => statusOnWire(one) === value))
  .refine((value) => value !== undefined, 'must be a Status that is known');

const outcome = z
  .object({
    task: bounded.taskId,
    status,
    detail: bounded.words,
    argv: z.array(z.string().max(4_096)).max(256),
    exitCode: z.int().min(0).max(255).optional(),
    stdout: z
      .instanceof(Uint8Array)
      .refine(({ length }) => length <= mostStdoutBytes, 'must be 64 KiB at most'),
    stderr: z
      .instanceof(Uint8Array)
      .refine(({ length }) => length <= mostStderrBytes, 'must be 16 KiB at most'),
    stdoutSha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256'),
    truncated: z.boolean(),
    startedMs: bounded.instantMs,
    endedMs: bounded.instantMs,
    selfCheckJson: bounded.json(selfCheckSchema).optional(),
  })
  .transform(({ exitCode, stdout, stderr, selfCheckJson, ...rest }): TaskOutcome => ({
    ...rest,
    exitCode,
    stdout: Buffer.from(stdout).toString(),
    stderr: Buffer.from(stderr).toString(),
    selfCheck: selfCheckJson,
  }));

const fromWorker = z.discriminatedUnion('message', [
  z
    .object({ message: z.literal('hello'), hello })
    .transform((wire): FromWorker => ({ kind: 'hello', hello: wire.hello })),
  z
    .object({ message: z.literal('ready'), ready: z.object({ task: bounded.taskId }) })
    .transform((wire): FromWorker => ({ kind: 'ready', task: wire.ready.task })),
  z
    .object({ message: z.literal('outcome'), outcome })
    .transform((wire): FromWorker => ({ kind: 'outcome', outcome: wire.outcome })),
  z.object({ message: z.literal('heartbeat') }).transform((): FromWorker => ({ kind: 'heartbeat' })),
]);
