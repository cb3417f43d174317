import type { Duration } from '@podlag/core';
import * as z from 'zod';
import { faultFields, faultOf, type FaultSpec, type ParsedFaultSpec, type Quantity } from './fault-spec';
import { parsedField } from './invalid-object';
import { lifeFields } from './life';
import { openObject, type CustomObject, type ObjectIdentity } from './object-meta';
import type { NetworkFaultStatus } from './status';

interface NetworkFaultSpec extends FaultSpec {
  readonly duration?: Quantity;
  readonly ttl?: Quantity;
  readonly suspend?: boolean;
}

/** One fault in the network of some pods. */
export type NetworkFault = CustomObject<NetworkFaultSpec, NetworkFaultStatus>;

/** A NetworkFault's spec as values. */
export interface ParsedNetworkFault extends ObjectIdentity {
  readonly fault: ParsedFaultSpec;
  /** How long it is in force. Absent: until it is deleted. */
  readonly duration?: Duration | undefined;
  /** The lease of each agent: gone when nothing was heard of the controller for so long. */
  readonly ttl: Duration;
  /** Not in force by itself. */
  readonly suspend: boolean;
}

const schema = z.strictObject({ ...faultFields, ...lifeFields });

/** @throws PodlagError `invalid-object` with the field */
export function parseNetworkFault(object: unknown): ParsedNetworkFault {
  const { identity, spec } = openObject(object, 'NetworkFault');
  const { duration, ttl, suspend, ...fields } = parsedField(schema, spec, 'spec');
  return { ...identity, fault: faultOf(fields, 'spec'), duration, ttl, suspend };
}
