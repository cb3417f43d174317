import { didYouMean, Duration, quote } from '@podlag/core';
import { invalidObject } from './invalid-object';
import type { RegionSpec } from './latency-matrix';
import { half, linkKey, type AskedLinks } from './link';
import { presets, type Preset } from './presets';

/** What the preset of that name knows of each pair of regions, and within each. @throws PodlagError `invalid-object` */
export function presetLinks(name: string | undefined, regions: readonly RegionSpec[]): AskedLinks {
  const asked: AskedLinks = new Map();
  if (name === undefined) return asked;
  const preset = presetNamed(name);
  for (const [index, region] of regions.entries()) assertKnown(preset, region, index);
  for (const [one, other] of pairsOf(regions)) {
    const rttMs = preset.rttMs(one.preset ?? one.name, other.preset ?? other.name);
    if (rttMs === undefined) continue;
    const ask = (from: string, to: string, first: boolean): unknown =>
      asked.set(linkKey(from, to), {
        field: 'spec.preset',
        from,
        to,
        oneWay: half(Duration.parse(rttMs), first),
      });
    ask(one.name, other.name, true);
    if (one !== other) ask(other.name, one.name, false);
  }
  return asked;
}

/**
 * A matrix with a preset says how far each region is from each other one: what the preset does not know, links do.
 *
 * @throws PodlagError `invalid-object`, naming both regions
 */
export function requireEveryPair(asked: AskedLinks, name: string, regions: readonly RegionSpec[]): void {
  const isKnown = (from: RegionSpec, to: RegionSpec): boolean =>
    asked.get(linkKey(from.name, to.name))?.oneWay !== undefined;
  const missing = pairsOf(regions).find(
    ([one, other]) => one !== other && !(isKnown(one, other) && isKnown(other, one)),
  );
  if (missing === undefined) return;
  const [one, other] = missing;
  const preset = presetNamed(name);
  const stranger = missing.find((region) => !preset.regions.includes(region.preset ?? region.name));
  const why = stranger
    ? noRegion(preset, stranger.name)
    : `${name} does not know how far ${placeOf(one)} is from ${placeOf(other)}`;
  throw invalidObject(
    stranger ? `spec.regions[${regions.indexOf(stranger)}].name` : 'spec.links',
    `nothing says how far ${one.name} is from ${other.name}: ${why}`,
    `Add a link of your own, as {between: [${one.name}, ${other.name}], rtt: 80ms}; or set the region's preset to another region of ${name}.`,
  );
}

function placeOf({ name, preset = name }: RegionSpec): string {
  return preset;
}

function presetNamed(name: string): Preset {
  const preset = presets.find((one) => one.name === name);
  if (preset) return preset;
  const names = presets.map((one) => one.name);
  throw invalidObject(
    'spec.preset',
    `${quote(name)} is no preset.${didYouMean(name, names)} There are ${names.join(', ')}`,
  );
}

/** A region that is in none of the preset's places may still keep its own name; one that is said to be in one must be. */
function assertKnown(preset: Preset, { preset: place }: RegionSpec, index: number): void {
  if (place !== undefined && !preset.regions.includes(place))
    throw invalidObject(`spec.regions[${index}].preset`, noRegion(preset, place));
}

function noRegion(preset: Preset, name: string): string {
  const guess = didYouMean(name, preset.regions);
  return `${quote(name)} is no region of ${preset.name}.${guess || ` It has ${preset.regions.join(', ')}`}`;
}

/** Each two once, and each with itself. */
function pairsOf(regions: readonly RegionSpec[]): readonly (readonly [RegionSpec, RegionSpec])[] {
  return regions.flatMap((one, index) => regions.slice(index).map((other) => [one, other] as const));
}
