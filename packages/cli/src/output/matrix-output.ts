import * as z from 'zod';

const matrixCell = z.object({
  from: z.string(),
  to: z.string(),
  rttMs: z
    .number()
    .optional()
    .describe('asked: there and back; absent when only loss or a rate is asked for'),
  baselineMs: z.number().optional().describe('measured before anything was added; absent until it is'),
});

/** -o json of matrix show, and of matrix presets NAME. */
export const matrixOutput = z.object({
  name: z.string(),
  namespace: z.string().optional().describe('absent for a preset'),
  phase: z.string().optional().describe('absent for a preset'),
  regions: z.array(z.string()),
  cells: z.array(matrixCell).describe('one for each ordered pair of regions that is asked for'),
});

const preset = z.object({
  name: z.string(),
  title: z.string(),
  source: z.string(),
  date: z.string().describe('when it was measured'),
  licence: z.string().describe('SPDX identifier'),
  regions: z.array(z.string()),
});

/** -o json of matrix presets. */
export const presetsOutput = z.object({ presets: z.array(preset) });

export type MatrixCell = Readonly<z.output<typeof matrixCell>>;
export type MatrixOutput = Readonly<z.output<typeof matrixOutput>>;
