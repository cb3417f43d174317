import { faultDocument, parseFault, quote, type Fault } from '@podlag/core';
import type { Request } from 'express';
import { agentErrors } from './agent-errors';
import type { Answer, Route } from './answer';
import {
  assertFewListed,
  directFaults,
  hold,
  withDirectFaults,
  withFault,
  withoutFault,
  type FaultSet,
} from './fault-set';
import type { Step } from './change';
import { askedChange } from './query';
import type { Shaper } from './shaper';

/** Faults by name, and the whole set in one step. Those of plans are not among them: their owners change them. */
export function faultRoutes(shaper: Shaper): readonly Route[] {
  return [
    { method: 'get', path: '/v1/faults', handle: () => ({ body: faultSetBody(shaper.faults) }) },
    {
      method: 'put',
      path: '/v1/faults',
      handle: (request) => changeSet(shaper, request, replaceAll(request.body, shaper.mostTargets)),
    },
    { method: 'delete', path: '/v1/faults', handle: (request) => changeSet(shaper, request, noneSet) },
    { method: 'get', path: '/v1/faults/:name', handle: (request) => readOne(shaper, nameOf(request)) },
    { method: 'put', path: '/v1/faults/:name', handle: (request) => putOne(shaper, request) },
    { method: 'delete', path: '/v1/faults/:name', handle: (request) => deleteOne(shaper, request) },
  ];
}

const noneSet: Step = (faults) => withDirectFaults(faults, []);

/** Of what calls have set. */
export function faultSetBody(set: FaultSet): unknown {
  const faults = directFaults(set);
  return {
    faults: [...faults.values()].map(({ fault }) => faultDocument(fault)),
    expiresAt: Object.fromEntries(
      [...faults].flatMap(([name, { expiresAt }]) =>
        expiresAt === undefined ? [] : [[name, isoTime(expiresAt)]],
      ),
    ),
  };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function readOne(shaper: Shaper, name: string): Answer {
  return { body: faultDocument(existing(shaper.faults, name)) };
}

function putOne(shaper: Shaper, request: Request): Promise<Answer> {
  assertFewListed([request.body], shaper.mostTargets);
  const fault = parseFault(request.body, nameOf(request));
  return changeSet(shaper, request, (faults, now) => withFault(faults, hold(fault, now)));
}

function deleteOne(shaper: Shaper, request: Request): Promise<Answer> {
  const name = nameOf(request);
  // Looked for when its turn comes: the call that sets it may still be under way.
  return changeSet(shaper, request, (faults) => withoutFault(faults, existing(faults, name).name));
}

/** A change of 60,000 targets is as many commands, and who reads them wants the first. */
const mostCommands = 1_000;

async function changeSet(shaper: Shaper, request: Request, step: Step): Promise<Answer> {
  const { dryRun, drain } = askedChange(request);
  if (dryRun) return previewed(shaper, step);
  const { commands } = await shaper.change(step, { drain });
  return { body: { dryRun: false, ...listed(commands), ...(faultSetBody(shaper.faults) as object) } };
}

/** The answer to `?dryRun=true`: what would be done. */
export async function previewed(shaper: Shaper, step: Step): Promise<Answer> {
  const commands = await shaper.preview(step);
  return { body: { dryRun: true, ...listed(commands) }, text: commands.slice(0, mostCommands).join('\n') };
}

function listed(commands: readonly string[]): object {
  return { commands: commands.slice(0, mostCommands), commandCount: commands.length };
}

function replaceAll(body: unknown, mostTargets: number): Step {
  const list = (body as { faults?: unknown } | undefined)?.faults;
  if (!Array.isArray(list)) {
    throw agentErrors.error('malformed-request', 'faults: a list of faults is expected', {
      field: 'faults',
      hint: 'Send {"faults": [...]}, as GET /v1/faults answers it; an empty list takes all away.',
    });
  }
  assertFewListed(list, mostTargets);
  const faults = list.map((document) => parseFault(document));
  const double = faults.find(({ name }, index) => faults.findIndex((other) => other.name === name) !== index);
  if (double) throw agentErrors.error('duplicate-name', `two faults of the set are called ${double.name}`);
  return (set, now) =>
    withDirectFaults(
      set,
      faults.map((fault) => hold(fault, now)),
    );
}

function existing(faults: FaultSet, name: string): Fault {
  const held = faults.get(name);
  if (!held || held.plan !== undefined)
    throw agentErrors.error('no-such-fault', `there is no fault called ${quote(name)}`);
  return held.fault;
}

function nameOf(request: Request): string {
  return String(request.params.name);
}
