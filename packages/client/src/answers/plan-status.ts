import { mostPlannedFaults } from '@podlag/core';
import * as z from 'zod';
import { instant } from './instant';
import { nameWord, word } from './word';

/** What a planned fault is: in force, not yet, not any more, without its owner, or not to be had here. */
const plannedFaultStates = ['in-force', 'waiting', 'ended', 'expired', 'refused'] as const;

const plannedFaultStatus = z
  .object({
    /** As the plan calls it: `slow-pd.networkfault`. */
    name: nameWord,
    state: z.enum(plannedFaultStates),
    /** When it next changes by itself, in milliseconds since the epoch. */
    changesAt: instant.optional(),
    /** Why it is refused: the code of an error, with detail and hint beside it. */
    code: word.optional(),
    detail: word.optional(),
    hint: word.optional(),
  })
  .readonly();

/** One planned fault, as the agent has it. */
export type PlannedFaultStatus = z.output<typeof plannedFaultStatus>;

export const planStatus = z
  .object({
    name: nameWord,
    generation: z.number(),
    /** The agent's clock when it answered, in milliseconds since the epoch. */
    time: instant,
    /** When the agent last heard of the plan's owner, in milliseconds since the epoch. */
    heardAt: instant,
    /** At most mostPlannedFaults: no agent takes a plan of more. */
    faults: z.array(plannedFaultStatus).max(mostPlannedFaults).readonly(),
    /** How many things the kernel has otherwise than asked; read from the kernel for this answer. */
    drift: z.number(),
  })
  .readonly();

/** What has become of a plan at an agent. */
export type PlanStatus = z.output<typeof planStatus>;

export const planList = z.object({ plans: z.array(planStatus).readonly() }).transform(({ plans }) => plans);

/** There is nothing left to tell, whatever it says. */
export const planDeletion = z.unknown().transform(() => undefined);
