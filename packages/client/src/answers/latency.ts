import * as z from 'zod';
import { duration } from './quantity';

/** The delay that is in force for everybody. */
export const latency = z
  .object({
    /** Read back from the kernel, to the microsecond. */
    latency: duration,
    /** The device that is shaped. */
    device: z.string(),
    /** Names of the faults that are set. */
    faults: z.array(z.string()).readonly(),
  })
  .readonly();
export type Latency = z.output<typeof latency>;

export const latencySet = z
  .object({
    /** The command that made the difference; empty when there is none. */
    'tc command': z.string(),
    latency: duration,
  })
  .transform((answer) => ({ command: answer['tc command'], latency: answer.latency }))
  .readonly();

/** The delay that is now asked for. */
export type LatencySet = z.output<typeof latencySet>;
