import * as z from 'zod';
import { coreErrors } from './core-errors';
import { quote } from './decimal';
import { Duration } from './duration';
import type { PodlagError } from './errors';
import { directions, effects, namedDistributions, type Fault } from './fault';
import { didYouMean } from './nearest';
import { parsed } from './parsed';
import { Rate } from './rate';
import { Ratio } from './ratio';
import { parseCidr, parsePortRange, printCidr, printPortRange, protocols, type Target } from './target';

const duration = parsed((value, field) => Duration.parse(value, field));
const rate = parsed((value, field) => Rate.parse(value, field));
const ratio = parsed((value, field) => Ratio.parse(value, field));
const positive = duration.refine((value) => !value.isZero, 'must be longer than 0');

/** netem keeps at most 16,384 entries (NETEM_DIST_MAX), each a 16-bit number with 8192 for one jitter. */
const table = z.array(z.number().min(-4).max(3.9998)).min(2).max(16_384);

const maxDelay = Duration.parse('1h');

const delay = z
  .strictObject({
    time: duration.optional(),
    rtt: duration.optional(),
    jitter: duration.optional(),
    correlation: ratio.optional(),
    distribution: z.union([z.enum(namedDistributions), z.strictObject({ table })]).optional(),
  })
  .refine(({ time, rtt }) => (time === undefined) !== (rtt === undefined), {
    message: 'takes exactly one of time (one way) and rtt (the round trip)',
    abort: true,
  })
  .refine(({ time }) => isWithinAnHour(time), { path: ['time'], message: 'is more than 1h' })
  .refine(({ rtt }) => isWithinAnHour(rtt), { path: ['rtt'], message: 'is more than 1h' })
  .refine(({ time, rtt, jitter }) => nanosecondsOf(jitter) <= nanosecondsOf(time ?? rtt), {
    path: ['jitter'],
    message: 'is more than the delay: a packet cannot leave before it came',
  })
  .refine(({ distribution, jitter }) => distribution === undefined || nanosecondsOf(jitter) > 0, {
    path: ['distribution'],
    message: 'needs a jitter: without one each packet has the same delay',
  })
  .refine(({ correlation, jitter }) => correlation === undefined || nanosecondsOf(jitter) > 0, {
    path: ['correlation'],
    message: 'needs a jitter: without one each packet has the same delay',
  });

function isWithinAnHour(time: Duration | undefined): boolean {
  return nanosecondsOf(time) <= maxDelay.nanoseconds;
}

function nanosecondsOf(time: Duration | undefined): number {
  return time?.nanoseconds ?? 0;
}

const chance = z.strictObject({ ratio, correlation: ratio.optional() });

const loss = z.union([
  chance,
  z.strictObject({
    gemodel: z.strictObject({ p: ratio, r: ratio.optional(), h: ratio.optional(), k: ratio.optional() }),
  }),
  z.strictObject({
    state: z.strictObject({
      p13: ratio,
      p31: ratio.optional(),
      p32: ratio.optional(),
      p23: ratio.optional(),
      p14: ratio.optional(),
    }),
  }),
]);

const target = z
  .strictObject({
    cidr: parsed(parseCidr).optional(),
    ports: z.array(parsed(parsePortRange)).min(1).max(64).optional(),
    protocol: z.enum(protocols).optional(),
  })
  .refine((value) => value.ports === undefined || value.protocol !== 'icmp', {
    path: ['ports'],
    message: 'ICMP has no ports',
  })
  .refine(({ cidr, ports, protocol }) => (cidr ?? ports ?? protocol) !== undefined, {
    message: 'names nobody: set at least one of cidr, ports, protocol',
  });

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
  message: 'must be a DNS label: lower-case letters, digits and "-", at most 63',
});

const fault: z.ZodType<Fault> = z
  .strictObject({
    name,
    delay: delay.optional(),
    loss: loss.optional(),
    duplicate: chance.optional(),
    corrupt: chance.optional(),
    reorder: chance.extend({ gap: z.int().min(1).max(1_000_000).optional() }).optional(),
    rate: rate.optional(),
    partition: z.literal(true).optional(),
    direction: z.enum(directions).default('egress'),
    to: z.array(target).min(1).max(65_536).optional(),
    except: z.array(target).min(1).max(65_536).optional(),
    ttl: positive.optional(),
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  })
  .refine((value) => effects.some((effect) => value[effect] !== undefined), {
    message: `does nothing: set at least one of ${effects.join(', ')}`,
  })
  .refine(
    (value) => value.reorder === undefined || nanosecondsOf(value.delay?.time ?? value.delay?.rtt) > 0,
    {
      path: ['reorder'],
      message: 'needs a delay in the same fault: what is not delayed cannot be overtaken',
    },
  );

/**
 * Reads a fault out of JSON or YAML. `name` is the one that the caller addressed; a document may leave it out or
 * repeat it, not contradict it.
 *
 * @throws PodlagError `invalid-fault`, with the field and what it should look like
 */
export function parseFault(input: unknown, name?: string): Fault {
  const named = isObject(input) && name !== undefined && !('name' in input) ? { ...input, name } : input;
  const result = fault.safeParse(named);
  if (!result.success) throw invalidFault(result.error.issues);
  if (name !== undefined && result.data.name !== name) {
    const detail = `name: the document says ${quote(result.data.name)}, the address ${quote(name)}`;
    throw coreErrors.error('invalid-fault', detail, {
      field: 'name',
      hint: 'Make them equal, or leave the name out.',
    });
  }
  return result.data;
}

/** The fault as the document that parses to it: what the API answers and the lease file keeps. */
export function faultDocument(fault: Fault): Record<string, unknown> {
  const document = { ...fault, to: fault.to?.map(targetDocument), except: fault.except?.map(targetDocument) };
  return JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
}

function targetDocument({ cidr, ports, protocol }: Target): Record<string, unknown> {
  return { cidr: cidr && printCidr(cidr), ports: ports?.map(printPortRange), protocol };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidFault(issues: readonly z.core.$ZodIssue[]): PodlagError {
  const described = issues.map((issue) => describeIssue(issue, []));
  const detail = described.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return coreErrors.error('invalid-fault', detail, { field: described[0]?.field });
}

/** Of all levels: what is known one level up or down is a better guess than none. */
const knownKeys = [
  ...effects,
  ...['name', 'direction', 'to', 'except', 'ttl', 'seed'],
  ...['time', 'rtt', 'jitter', 'correlation', 'distribution', 'ratio', 'gap'],
  ...['cidr', 'ports', 'protocol', 'gemodel', 'state', 'table'],
];

interface Described {
  readonly field: string;
  readonly message: string;
}

/** One issue in words. Of a union's branches the one that came furthest is what the user was trying to write. */
function describeIssue(issue: z.core.$ZodIssue, parents: readonly PropertyKey[]): Described {
  const path = [...parents, ...issue.path];
  if (issue.code === 'invalid_union') {
    const [best] = [...issue.errors].sort((one, other) => misfit(one) - misfit(other));
    // A key that is in no branch is more likely a typing error than a reason to ask for another field.
    const told = best?.find(({ code }) => code === 'unrecognized_keys') ?? best?.[0];
    if (told) return describeIssue(told, path);
  }
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const message = knownKeys.includes(key)
      ? 'does not belong here'
      : `is not known.${didYouMean(key, knownKeys)}`;
    return { field: dotted([...path, key]), message };
  }
  return { field: dotted(path), message: issue.message };
}

/** How far a union's branch is from what was given: unknown keys tell more than bad values. */
function misfit(issues: readonly z.core.$ZodIssue[]): number {
  const unknownKeys = issues.filter((issue) => issue.code === 'unrecognized_keys').length;
  return unknownKeys * 100 + issues.length;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'fault' : path.map(String).join('.');
}
