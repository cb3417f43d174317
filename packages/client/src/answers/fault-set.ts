import * as z from 'zod';
import { instant } from './instant';

/** A fault as the agent printed it; parseFault reads it, as far as this program's version knows all of it. */
const faultDocument = z.looseObject({ name: z.string() }).readonly();
export type FaultDocument = z.output<typeof faultDocument>;
export { faultDocument };

/** The faults that calls have set. */
export const faultSet = z
  .object({
    faults: z.array(faultDocument).readonly(),
    /** When faults go by themselves, by name, in milliseconds since the epoch; those without a ttl are not in it. */
    expiresAt: z.record(z.string(), instant).readonly(),
  })
  .readonly();
export type FaultSet = z.output<typeof faultSet>;

const commands = {
  /** tc(8) commands in the order in which they ran or would run; the first 1,000. */
  commands: z.array(z.string()).readonly(),
  /** How many there are. */
  commandCount: z.number(),
};

/** What would be done. */
const preview = z.object({ dryRun: z.literal(true), ...commands }).readonly();
const done = z.object({ dryRun: z.literal(false), ...commands, ...faultSet.unwrap().shape }).readonly();

/** What was done, and what is set now; or with `dryRun` what would be done. */
export const faultChange = z.discriminatedUnion('dryRun', [preview, done]);
export type FaultChange = z.output<typeof faultChange>;
