import { faultDocument, isPodlagError, mostPlannedFaults, parseFault, type Fault } from '@podlag/core';
import * as z from 'zod';
import type { Condition } from './bench-scenario';
import { dnsLabel } from './dns-label';

/** What everything is measured under in any case. A file cannot define it. */
export const withoutFaults: Condition = { name: 'none', side: 'client', faults: [] };

const fault = z
  .unknown()
  .transform((document, context) => faultOf(document, context))
  .refine(({ ttl }) => ttl === undefined, {
    path: ['ttl'],
    message: 'does not belong here: a condition is in force for as long as its trial takes',
  });

/** One entry of `conditions`. */
export const conditionSchema: z.ZodType<Condition> = z.strictObject({
  name: dnsLabel().refine((name) => name !== withoutFaults.name, {
    message: 'is the one without faults, which is always there: choose another name',
  }),
  side: z.enum(['client', 'server', 'both']).default('client'),
  faults: z
    .array(fault)
    .min(1, 'is empty: what is measured without faults is so already')
    .max(mostPlannedFaults)
    .superRefine((faults, context) => {
      for (const [index, { name }] of faults.entries()) {
        if (faults.findIndex((other) => other.name === name) === index) continue;
        context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} is there twice` });
      }
    }),
});

/** The entry that parses to this condition. */
export function conditionDocument({ name, side, faults }: Condition): Record<string, unknown> {
  return { name, side, faults: faults.map(faultDocument) };
}

function faultOf(document: unknown, context: z.RefinementCtx): Fault {
  try {
    return parseFault(document);
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    const field = error.field ?? '';
    // Where the document as a whole is meant, core calls it `fault`; here it has a path of its own.
    const path = field === 'fault' ? [] : field.split('.');
    const message = error.detail.replace(`${field}: `, '');
    context.issues.push({ code: 'custom', path, message, input: document });
    return z.NEVER;
  }
}
