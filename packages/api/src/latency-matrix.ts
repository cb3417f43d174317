import type { Duration } from '@podlag/core';
import * as z from 'zod';
import type { Quantity } from './fault-spec';
import { dnsLabel } from './field-schema';
import { invalidObject, parsedField } from './invalid-object';
import { labelSelector, type LabelSelector } from './label-selector';
import { lifeFields } from './life';
import { addLinks, finishedLinks, linkFields, type Link, type LinkSpec } from './link';
import { openObject, type CustomObject, type ObjectIdentity } from './object-meta';
import { presetLinks, requireEveryPair } from './preset-links';
import type { LatencyMatrixStatus } from './status';

export interface RegionSpec {
  readonly name: string;
  readonly nodeRegion?: string;
  readonly pods?: LabelSelector;
  readonly preset?: string;
}

interface LatencyMatrixSpec {
  readonly selector?: LabelSelector;
  readonly preset?: string;
  readonly regions: readonly RegionSpec[];
  readonly links?: readonly LinkSpec[];
  readonly subtractBaseline?: boolean;
  readonly duration?: Quantity;
  readonly ttl?: Quantity;
  readonly suspend?: boolean;
}

/** The network between regions. */
export type LatencyMatrix = CustomObject<LatencyMatrixSpec, LatencyMatrixStatus>;

/** Pods that are in one place: by the region of their node (topology.kubernetes.io/region), or by their own labels. */
export interface ParsedRegion {
  readonly name: string;
  readonly members:
    | { readonly kind: 'nodeRegion'; readonly nodeRegion: string }
    | { readonly kind: 'pods'; readonly selector: LabelSelector };
}

/** A LatencyMatrix's spec as values. */
export interface ParsedLatencyMatrix extends ObjectIdentity {
  /** Which pods of the namespace it is about. */
  readonly selector: LabelSelector;
  /** A pod is in the first that has it. */
  readonly regions: readonly ParsedRegion[];
  /** By `from to`; presets and `between` resolved. What has no link is left as it is. */
  readonly links: ReadonlyMap<string, Link>;
  readonly subtractBaseline: boolean;
  readonly duration?: Duration | undefined;
  readonly ttl: Duration;
  readonly suspend: boolean;
}

/** How many regions a matrix may have. */
export const mostRegions = 32;

/** How many links a matrix may have: one for each pair of regions, in each direction. */
export const mostLinks = mostRegions * mostRegions;

const region = z
  .strictObject({
    name: dnsLabel,
    nodeRegion: z.string().min(1).max(63).optional(),
    pods: labelSelector.optional(),
    preset: z.string().min(1).max(63).optional(),
  })
  .refine(({ nodeRegion, pods }) => nodeRegion === undefined || pods === undefined, {
    message: 'takes at most one of nodeRegion and pods',
  });

const schema = z
  .strictObject({
    selector: labelSelector.default({}),
    preset: z.string().optional(),
    regions: z.array(region).min(1).max(mostRegions),
    links: z.array(linkFields).min(1).max(mostLinks).optional(),
    subtractBaseline: z.boolean().default(true),
    ...lifeFields,
  })
  .refine(({ preset, links }) => (preset ?? links) !== undefined, {
    message: 'does nothing: set at least one of preset and links',
  })
  .refine(
    ({ preset, regions }) => preset !== undefined || regions.every((each) => each.preset === undefined),
    {
      path: ['preset'],
      message: 'is not set, though a region names one of its regions',
    },
  );

/** @throws PodlagError `invalid-object` with the field */
export function parseLatencyMatrix(object: unknown): ParsedLatencyMatrix {
  const { identity, spec } = openObject(object, 'LatencyMatrix');
  const { preset, regions, links = [], ...rest } = parsedField(schema, spec, 'spec');
  const names = regions.map(({ name }) => name);
  requireUnique(names);
  const asked = presetLinks(preset, regions);
  addLinks(asked, links, names);
  if (preset !== undefined) requireEveryPair(asked, preset, regions);
  return {
    ...identity,
    ...rest,
    regions: regions.map(({ name, nodeRegion = name, pods }) => ({
      name,
      members: pods ? { kind: 'pods', selector: pods } : { kind: 'nodeRegion', nodeRegion },
    })),
    links: finishedLinks(asked),
  };
}

function requireUnique(names: readonly string[]): void {
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) throw invalidObject(`spec.regions[${twice}].name`, `${names[twice] ?? ''} is there twice`);
}
