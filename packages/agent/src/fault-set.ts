import type { Fault, PodlagError } from '@podlag/core';
import { agentErrors } from './agent-errors';

/** A fault and when it goes by itself, in milliseconds since the epoch. */
export interface HeldFault {
  readonly fault: Fault;
  readonly expiresAt: number | undefined;
  /** The plan that it belongs to; it ends by that plan's timing and lease. Absent: a call has set it. */
  readonly plan?: string;
}

/**
 * What the agent is asked to have in force, by name: first what calls have set, then what plans have in force, whose names
 * are as `PLAN/NAME`, which no other fault can have. Never changed in place: a change makes a new set. */
export type FaultSet = ReadonlyMap<string, HeldFault>;

export const noFaults: FaultSet = new Map();

/** `ttl` counts from `now`: a fault that is put again lives anew. */
export function hold(fault: Fault, now: number): HeldFault {
  return { fault, expiresAt: fault.ttl && now + fault.ttl.milliseconds };
}

/** Set by calls: more than anybody can reason about, and few enough to be composed in the blink of an eye. */
export const mostFaults = 64;

/** @throws PodlagError `too-many-faults` */
export function withFault(set: FaultSet, held: HeldFault): FaultSet {
  return bounded(new Map(set).set(held.fault.name, held));
}

function bounded(set: FaultSet): FaultSet {
  const count = directFaults(set).size;
  if (count <= mostFaults) return set;
  throw agentErrors.error('too-many-faults', `${count} faults are more than ${mostFaults}`);
}

export function withoutFault(set: FaultSet, name: string): FaultSet {
  return new Map([...set].filter(([other]) => other !== name));
}

/** @throws PodlagError `too-many-faults` */
export function setOf(held: readonly HeldFault[]): FaultSet {
  return bounded(new Map(held.map((one) => [one.fault.name, one])));
}

/** What calls have set. */
export function directFaults(set: FaultSet): FaultSet {
  return new Map([...set].filter(([, { plan }]) => plan === undefined));
}

/** What calls have set is replaced; what plans have in force stays. @throws PodlagError `too-many-faults` */
export function withDirectFaults(set: FaultSet, held: readonly HeldFault[]): FaultSet {
  const planned = [...set].filter(([, { plan }]) => plan !== undefined);
  return new Map([...setOf(held), ...planned]);
}

/**
 * How many targets there are, `to` and `except` of all faults together. Those of a fault for both directions count twice:
 * each direction has filters of its own.
 */
export function targetsIn(set: FaultSet): number {
  return faultsOf(set).reduce<number>((sum, fault) => sum + listedTargets(fault), 0);
}

/**
 * A set that does not grow passes: what was set when `most` was greater can always be taken away.
 *
 * @throws PodlagError `too-many-targets`
 */
export function assertFewTargets(set: FaultSet, before: FaultSet, most: number): void {
  const count = targetsIn(set);
  if (count > most && count > targetsIn(before)) throw tooManyTargets(count, most);
}

/**
 * The same for documents that nobody has parsed yet: to parse a million targets takes the memory that is to be saved.
 *
 * @throws PodlagError `too-many-targets`
 */
export function assertFewListed(documents: readonly unknown[], most: number): void {
  const count = documents.reduce<number>((sum, document) => sum + listedTargets(document), 0);
  if (count > most) throw tooManyTargets(count, most);
}

function listedTargets(document: unknown): number {
  const { to, except, direction } = (document ?? {}) as Partial<Record<keyof Fault, unknown>>;
  const count = [to, except].reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
  return direction === 'both' ? 2 * count : count;
}

function tooManyTargets(count: number, most: number): PodlagError {
  return agentErrors.error('too-many-targets', `${count} targets are more than ${most}`);
}

export function faultsOf(set: FaultSet): readonly Fault[] {
  return [...set.values()].map(({ fault }) => fault);
}

/** What is left at `now`. The same set when nothing has expired. */
export function unexpired(set: FaultSet, now: number): FaultSet {
  const left = [...set].filter(([, { expiresAt }]) => expiresAt === undefined || expiresAt > now);
  return left.length === set.size ? set : new Map(left);
}

/** When the next fault goes by itself. */
export function nextExpiry(set: FaultSet): number | undefined {
  const times = [...set.values()].flatMap(({ expiresAt }) => expiresAt ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
