import {
  parseCidr,
  parsed,
  parsePortRange,
  protocols,
  type Cidr,
  type PortRange,
  type Protocol,
} from '@podlag/core';
import * as z from 'zod';
import { dnsLabel } from './field-schema';
import { labelSelector, type LabelSelector } from './label-selector';

/** A target as it stands in an object: exactly one of cidr, pods, service and hostname; none of them where ports or protocol are given. */
export interface TargetSpec {
  readonly cidr?: string;
  readonly pods?: {
    readonly selector: LabelSelector;
    readonly namespaces?: readonly string[];
    readonly namespaceSelector?: LabelSelector;
  };
  readonly service?: { readonly name: string; readonly namespace?: string };
  readonly hostname?: string;
  readonly ports?: readonly (number | string)[];
  readonly protocol?: Protocol;
}

interface Narrowing {
  /** Of the other end. Absent: all. */
  readonly ports?: readonly PortRange[] | undefined;
  /** Absent: any. */
  readonly protocol?: Protocol | undefined;
}

/** The other end of a fault, before it has addresses. */
export type ParsedTarget = Narrowing &
  (
    | { readonly kind: 'cidr'; readonly cidr: Cidr }
    | {
        readonly kind: 'pods';
        readonly selector: LabelSelector;
        /** Not beside namespaceSelector. Both absent: the object's own namespace. */
        readonly namespaces?: readonly string[] | undefined;
        /** By the labels of the namespaces. */
        readonly namespaceSelector?: LabelSelector | undefined;
      }
    | {
        readonly kind: 'service';
        readonly name: string;
        /** Absent: the object's own namespace. */
        readonly namespace?: string | undefined;
      }
    /** In lower case, without a dot at its end. */
    | { readonly kind: 'hostname'; readonly hostname: string }
    /** Then ports or a protocol are there. */
    | { readonly kind: 'everybody' }
  );

/** How many targets a list may have. */
export const mostTargets = 128;
export const mostPorts = 64;
/** By name, in one target. */
export const mostNamespaces = 32;

/** RFC 1123, section 2.1, in labels of at most 63; and "_", which DNS itself allows (RFC 2181, section 11). */
const hostnameLabel = '[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?';

export const hostnamePattern = `^${hostnameLabel}(\\.${hostnameLabel})*\\.?$`;
export const longestHostname = 253;

const hostname = z
  .string()
  .max(longestHostname, 'must be at most 253 characters')
  .regex(new RegExp(hostnamePattern), 'must be a DNS name, as in db.example.com')
  .refine((name) => !/^[0-9.]+$/.test(name), 'is an address: write it as cidr')
  .transform((name) => name.toLowerCase().replace(/\.$/, ''));

const fields = z.strictObject({
  cidr: parsed(parseCidr).optional(),
  pods: z
    .strictObject({
      selector: labelSelector,
      namespaces: z.array(dnsLabel).min(1).max(mostNamespaces).optional(),
      namespaceSelector: labelSelector.optional(),
    })
    .refine(
      ({ namespaces, namespaceSelector }) => namespaces === undefined || namespaceSelector === undefined,
      {
        message: 'takes at most one of namespaces and namespaceSelector',
      },
    )
    .optional(),
  service: z.strictObject({ name: dnsLabel, namespace: dnsLabel.optional() }).optional(),
  hostname: hostname.optional(),
  ports: z.array(parsed(parsePortRange)).min(1).max(mostPorts).optional(),
  protocol: z.enum(protocols).optional(),
});

const ends = ['cidr', 'pods', 'service', 'hostname'] as const;

const target: z.ZodType<ParsedTarget> = fields
  .refine((value) => ends.filter((end) => value[end] !== undefined).length <= 1, {
    message: 'takes at most one of cidr, pods, service and hostname: make a target of each',
  })
  .refine(
    (value) => [...ends, 'ports' as const, 'protocol' as const].some((part) => value[part] !== undefined),
    {
      message: 'names nobody: set one of cidr, pods, service, hostname, ports, protocol',
    },
  )
  .refine(({ ports, protocol }) => ports === undefined || protocol !== 'icmp', {
    path: ['ports'],
    message: 'ICMP has no ports',
  })
  .transform(targetOf);

/** A list of targets as an object has it. */
export const targetList = z.array(target).min(1).max(mostTargets);

function targetOf({ cidr, pods, service, hostname, ...narrowing }: z.output<typeof fields>): ParsedTarget {
  if (cidr) return { kind: 'cidr', cidr, ...narrowing };
  if (pods) return { kind: 'pods', ...pods, ...narrowing };
  if (service) return { kind: 'service', ...service, ...narrowing };
  if (hostname !== undefined) return { kind: 'hostname', hostname, ...narrowing };
  return { kind: 'everybody', ...narrowing };
}
