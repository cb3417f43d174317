import { faultDocument, parseFault, quote, type Fault } from '@podlag/core';
import type { Request } from 'express';
import { agentErrors } from './agent-errors';
import type { Answer, Route } from './answer';
import { hold, noFaults, setOf, withFault, withoutFault, type FaultSet } from './fault-set';
import type { Shaper } from './shaper';

type Step = (faults: FaultSet, now: number) => FaultSet;

/** Faults by name, and the whole set in one step. */
export function faultRoutes(shaper: Shaper): readonly Route[] {
  return [
    { method: 'get', path: '/v1/faults', handle: () => ({ body: faultSetBody(shaper.faults) }) },
    {
      method: 'put',
      path: '/v1/faults',
      handle: (request) => changeSet(shaper, request, replaceAll(request.body)),
    },
    { method: 'delete', path: '/v1/faults', handle: (request) => changeSet(shaper, request, () => noFaults) },
    { method: 'get', path: '/v1/faults/:name', handle: (request) => readOne(shaper, nameOf(request)) },
    { method: 'put', path: '/v1/faults/:name', handle: (request) => putOne(shaper, request) },
    { method: 'delete', path: '/v1/faults/:name', handle: (request) => deleteOne(shaper, request) },
  ];
}

export function faultSetBody(faults: FaultSet): unknown {
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
  const fault = parseFault(request.body, nameOf(request));
  return changeSet(shaper, request, (faults, now) => withFault(faults, hold(fault, now)));
}

function deleteOne(shaper: Shaper, request: Request): Promise<Answer> {
  const name = nameOf(request);
  // Looked for when its turn comes: the call that sets it may still be under way.
  return changeSet(shaper, request, (faults) => withoutFault(faults, existing(faults, name).name));
}

/** With `?dryRun=true` the answer is what would be done. */
async function changeSet(shaper: Shaper, request: Request, step: Step): Promise<Answer> {
  if (isDryRun(request)) return { body: { dryRun: true, commands: await shaper.preview(step) } };
  const { commands } = await shaper.change(step);
  return { body: { dryRun: false, commands, ...(faultSetBody(shaper.faults) as object) } };
}

function replaceAll(body: unknown): Step {
  const list = (body as { faults?: unknown } | undefined)?.faults;
  if (!Array.isArray(list)) {
    throw agentErrors.error('malformed-request', 'faults: a list of faults is expected', {
      field: 'faults',
      hint: 'Send {"faults": [...]}, as GET /v1/faults answers it; an empty list takes all away.',
    });
  }
  const faults = list.map((document) => parseFault(document));
  const double = faults.find(({ name }, index) => faults.findIndex((other) => other.name === name) !== index);
  if (double) throw agentErrors.error('duplicate-name', `two faults of the set are called ${double.name}`);
  return (_, now) => setOf(faults.map((fault) => hold(fault, now)));
}

function existing(faults: FaultSet, name: string): Fault {
  const held = faults.get(name);
  if (!held) throw agentErrors.error('no-such-fault', `there is no fault called ${quote(name)}`);
  return held.fault;
}

function nameOf(request: Request): string {
  return String(request.params.name);
}

function isDryRun(request: Request): boolean {
  const { dryRun } = request.query;
  if (dryRun === undefined || dryRun === 'false') return false;
  if (dryRun === 'true') return true;
  // Taken for a wish to change nothing, a typing error would change the network.
  throw agentErrors.error('malformed-request', `dryRun: ${quote(dryRun)} is neither true nor false`, {
    field: 'dryRun',
    hint: 'Write ?dryRun=true, or leave it out.',
  });
}
