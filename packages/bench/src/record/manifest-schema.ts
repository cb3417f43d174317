import * as z from 'zod';
import { statistics } from '../benchmark/benchmark';
import { runPhases, type Manifest } from './manifest';
import { instant, problem } from './sample-schema';

const text = z.string().optional();
const count = z.int().nonnegative();

export const environmentSchema = z
  .strictObject({
    kernel: text.describe('uname -r'),
    architecture: text,
    cpuModel: text,
    cpus: count.optional(),
    memoryBytes: count.optional(),
    device: text.describe('of the default route'),
    mtu: count.optional(),
    qdisc: text.describe('root qdisc of that device'),
    congestionControl: text.describe('net.ipv4.tcp_congestion_control'),
    cpuLimit: z.number().nonnegative().optional().describe('of the cgroup, in CPUs'),
    node: text,
    zone: text,
    instanceType: text,
    kubelet: text,
    containerRuntime: text,
    osImage: text,
    podlag: text,
    image: text,
  })
  .describe('what may make two runs differ without anybody’s wanting it; absent: could not be read');

const worker = z
  .strictObject({
    name: z.string().min(1),
    node: z.string(),
    zone: text,
    network: z.enum(['pod', 'host']),
    addresses: z.array(z.string()),
    tools: z
      .record(z.string(), z.strictObject({ version: text, problem: text }))
      .describe('by benchmark: the tool’s version, or why it cannot run there'),
    environment: environmentSchema,
    lost: text.describe('why it was lost; absent while it works'),
  })
  // JSON has no undefined: a worker without a zone has no such field there.
  .transform((record) => ({ ...record, zone: record.zone }));

const statistic = z.enum(statistics);

const asked = z.strictObject({
  addedRoundTrip: z
    .number()
    .nonnegative()
    .optional()
    .describe('what it adds to a round trip, seconds; absent where that is no fixed time'),
  statistics: z
    .array(statistic)
    .optional()
    .describe('of which statistics of many round trips that is so; absent: of all'),
});

const use = z.strictObject({
  name: z.string().min(1),
  benchmark: z.string().min(1),
  metrics: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        unit: z.enum(['s', 'B/s', '1/s', 'ratio']),
        better: z.enum(['lower', 'higher']),
        roundTrips: z
          .number()
          .positive()
          .optional()
          .describe('how many network round trips one such time holds'),
        statistic: statistic.optional().describe('of many such times'),
      }),
    )
    .min(1),
});

/** manifest.json of a run: all that is needed to understand its samples. */
export const manifestSchema = z
  .strictObject({
    version: z.literal(1).describe('of this format'),
    run: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
      .describe('NAME-YYYYMMDD-HHMMSS-xxxx; a DNS label, and the name of its folder'),
    startedAt: instant,
    endedAt: instant.optional(),
    phase: z.enum(runPhases),
    problem: problem.optional(),
    seed: z.number().describe('of the order and of all resampling'),
    scenario: z.unknown().describe('the scenario file, as it was understood'),
    uses: z.array(use),
    workers: z.array(worker),
    leftOut: z.array(z.string()).describe('what the scenario asks for and these workers cannot do'),
    planned: count.describe('trials'),
    samples: count.describe('how many are there'),
    failed: count.describe('how many of them are not ok'),
    asked: z
      .record(z.string(), asked)
      .describe(
        'by condition: what it asks for, reckoned from the scenario; neither measured nor said by an agent',
      ),
    kubernetes: text.describe('its version, where there is one'),
  })
  .meta({ title: 'The manifest of a podlag benchmark run: manifest.json' }) satisfies z.ZodType<Manifest>;
