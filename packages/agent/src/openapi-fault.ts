import { directions, namedDistributions } from '@podlag/core';
import type { Schema } from './openapi-schema';

const duration: Schema = {
  type: ['string', 'number'],
  description: 'A span of time, as 20ms, 0.5ms, 250us, 1m30s; a bare number is milliseconds.',
  examples: ['20ms'],
};
const ratio: Schema = {
  type: ['string', 'number'],
  description: 'A share, as 1% or 0.01.',
  examples: ['1%'],
};

const object = (properties: Record<string, Schema>, required: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

const chance = { ratio, correlation: ratio };
const targets: Schema = {
  type: 'array',
  minItems: 1,
  maxItems: 65_536,
  items: {
    ...object({
      cidr: { type: 'string', examples: ['10.244.1.0/24', 'fd00::/8'] },
      ports: {
        type: 'array',
        minItems: 1,
        maxItems: 64,
        items: {
          oneOf: [
            { type: 'integer', minimum: 1, maximum: 65_535 },
            { type: 'string', pattern: '^[0-9]{1,5}(-[0-9]{1,5})?$' },
          ],
          description: 'A port from 1 to 65535, or a range of them.',
          examples: [2379, '20160-20180'],
        },
      },
      protocol: { enum: ['tcp', 'udp', 'icmp'] },
    }),
    minProperties: 1,
    description: 'Whom a fault meets: an address block, ports, a protocol, or what fits all that is said.',
  },
};

const table: Schema = {
  type: 'array',
  items: { type: 'number', minimum: -4, maximum: 3.9998 },
  minItems: 2,
  maxItems: 16_384,
  description: 'Quantiles of the delay in units of the jitter, rising.',
};

/** The fault document, as packages/core parses it. */
export const faultSchema: Schema = {
  ...object({
    name: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$', description: 'A DNS label.' },
    delay: {
      ...object({
        time: { ...duration, description: 'One way: of each packet, in each direction of the fault.' },
        rtt: {
          ...duration,
          description: 'In place of time: what a round trip takes longer; half each way when there are two.',
        },
        jitter: duration,
        correlation: ratio,
        distribution: {
          oneOf: [{ enum: [...namedDistributions] }, object({ table }, ['table'])],
        },
      }),
      oneOf: [{ required: ['time'] }, { required: ['rtt'] }],
      dependentRequired: { distribution: ['jitter'], correlation: ['jitter'] },
    },
    loss: {
      oneOf: [
        object(chance, ['ratio']),
        object({ gemodel: object({ p: ratio, r: ratio, h: ratio, k: ratio }, ['p']) }, ['gemodel']),
        object({ state: object({ p13: ratio, p31: ratio, p32: ratio, p23: ratio, p14: ratio }, ['p13']) }, [
          'state',
        ]),
      ],
    },
    duplicate: object(chance, ['ratio']),
    corrupt: object(chance, ['ratio']),
    reorder: object({ ...chance, gap: { type: 'integer', minimum: 1, maximum: 1_000_000 } }, ['ratio']),
    rate: { type: ['string', 'number'], description: 'Bits per second, as 10mbit.', examples: ['10mbit'] },
    partition: { const: true, description: 'Nothing passes, silently.' },
    direction: { enum: [...directions], default: 'egress' },
    to: targets,
    except: targets,
    ttl: { ...duration, description: 'The fault goes by itself after this.' },
    seed: {
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The same random numbers each time (Linux 6.6 or newer).',
    },
  }),
  description: 'One thing that is wrong with the network of a pod. At least one effect is set.',
};
