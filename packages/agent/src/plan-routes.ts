import { parsePlan, quote } from '@podlag/core';
import type { Request } from 'express';
import * as z from 'zod';
import { agentErrors } from './agent-errors';
import type { Answer, Route } from './answer';
import { assertFewListed } from './fault-set';
import type { PlanKeeper } from './plan-keeper';
import { planStatus } from './plan-status';
import { unknownParameter } from './query';
import type { Shaper } from './shaper';

export interface PlanParts {
  readonly shaper: Shaper;
  readonly plans: PlanKeeper;
}

/** Plans by name, each whole; and the leases of one. */
export function planRoutes(parts: PlanParts): readonly Route[] {
  return [
    { method: 'get', path: '/v1/plans', handle: () => list(parts) },
    { method: 'delete', path: '/v1/plans', handle: () => removeAll(parts) },
    { method: 'get', path: '/v1/plans/:name', handle: (request) => one(parts, nameOf(request)) },
    { method: 'put', path: '/v1/plans/:name', handle: (request) => put(parts, request) },
    { method: 'delete', path: '/v1/plans/:name', handle: (request) => remove(parts, request) },
    { method: 'put', path: '/v1/plans/:name/lease', handle: (request) => renew(parts, request) },
  ];
}

async function put(parts: PlanParts, request: Request): Promise<Answer> {
  const { faults } = (request.body ?? {}) as { faults?: unknown };
  if (Array.isArray(faults)) assertFewListed(faults, parts.shaper.mostTargets);
  const plan = parsePlan(request.body, nameOf(request));
  const { asOf, refused, ...held } = await parts.plans.put(plan);
  const { differences } = await parts.shaper.read();
  // As it was confirmed: by now another call may have replaced or deleted it.
  const reading = parts.plans.reading(differences.length);
  return { body: planStatus(held, { ...reading, asOf, refused }) };
}

async function renew(parts: PlanParts, request: Request): Promise<Answer> {
  const name = nameOf(request);
  await parts.plans.renew(name, generationOf(request.body));
  return one(parts, name);
}

async function remove(parts: PlanParts, request: Request): Promise<Answer> {
  await parts.plans.remove(nameOf(request), askedGeneration(request));
  return list(parts);
}

async function removeAll(parts: PlanParts): Promise<Answer> {
  await parts.plans.removeAll();
  return list(parts);
}

async function list(parts: PlanParts): Promise<Answer> {
  const { differences } = await parts.shaper.read();
  return { body: { plans: planStatuses(parts.plans, differences.length) } };
}

async function one({ shaper, plans }: PlanParts, name: string): Promise<Answer> {
  plans.held(name);
  const { differences } = await shaper.read();
  return { body: planStatus(plans.held(name), plans.reading(differences.length)) };
}

/** Of all plans; `drift`: how many differences the kernel was just found to have. */
export function planStatuses(plans: PlanKeeper, drift: number): readonly unknown[] {
  return [...plans.kept.plans.values()].map((held) => planStatus(held, plans.reading(drift)));
}

const generation = z.int().min(0);
const leaseRequest = z.strictObject({ generation });

function generationOf(body: unknown): number {
  const read = leaseRequest.safeParse(body);
  if (read.success) return read.data.generation;
  throw agentErrors.error('malformed-request', 'generation: the one that is held is expected', {
    field: 'generation',
    hint: 'Send {"generation": N}, as GET /v1/plans answers it.',
  });
}

/** Of the query string; undefined when nothing is said. */
function askedGeneration({ query }: Request): number | undefined {
  const unknown = Object.keys(query).find((name) => name !== 'generation');
  if (unknown !== undefined) throw unknownParameter(unknown, ['generation']);
  const { generation: text } = query;
  if (text === undefined) return undefined;
  const read = generation.safeParse(typeof text === 'string' && /^[0-9]+$/.test(text) ? Number(text) : text);
  if (read.success) return read.data;
  throw agentErrors.error('malformed-request', `generation: ${quote(text)} is not a whole number`, {
    field: 'generation',
    hint: 'Write ?generation=12, or leave it out.',
  });
}

function nameOf(request: Request): string {
  return String(request.params.name);
}
