import * as z from 'zod';
import aws from '../presets/aws-2022.json';
import gcp from '../presets/gcp-2022.json';

/** Measured round-trip times between places that exist. */
export interface Preset {
  /** As `preset` of a LatencyMatrix names it: `aws-2022`. */
  readonly name: string;
  readonly title: string;
  /** Who measured it, and where that can be read. */
  readonly source: string;
  /** When it was measured. */
  readonly date: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly regions: readonly string[];
  /** Milliseconds, the same in both directions; undefined where nobody measured it. */
  rttMs(a: string, b: string): number | undefined;
}

const file = z.strictObject({
  ...{ name: z.string(), title: z.string(), source: z.string(), date: z.string(), licence: z.string() },
  regions: z.array(z.string()),
  /** By both regions, with a space between, in the order of `regions`. */
  rttMs: z.record(z.string(), z.number().positive()),
});

/** The round-trip times that podlag brings along. */
export const presets: readonly Preset[] = [aws, gcp].map((content) => {
  const { rttMs, ...about } = file.parse(content);
  return { ...about, rttMs: (a, b) => rttMs[`${a} ${b}`] ?? rttMs[`${b} ${a}`] };
});
