import { planDocument, type PlannedFault } from '@podlag/core';
import { createHash } from 'node:crypto';

/** The name of the controller's plan in each agent. */
export const planName = 'controller';

/** What is asked of one agent, ready to be sent and compared. */
export interface PlanContent {
  readonly faults: readonly FaultContent[];
  /** Of all of it. */
  readonly hash: string;
  /** The least ttl of all faults, in milliseconds; undefined where none has one. */
  readonly leastTtlMs: number | undefined;
  /** Whether an agent's clock matters. */
  readonly isTimed: boolean;
}

/** One planned fault as a document. */
export interface FaultContent {
  readonly name: string;
  readonly hash: string;
  readonly document: FaultDocument;
  readonly ttlMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly start: number | undefined;
}

interface FaultDocument {
  readonly timing?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/**
 * Printing a matrix row of a thousand targets costs a millisecond, and a thousand agents have rows that are mostly what
 * they were: a fault that is the same value is not printed again.
 */
const known = new WeakMap<PlannedFault, FaultContent>();

/** The faults in the order in which they are given. */
export function planContent(faults: readonly PlannedFault[]): PlanContent {
  const contents = faults.map(contentOf);
  const ttls = contents.flatMap(({ ttlMs }) => ttlMs ?? []);
  return {
    faults: contents,
    hash: hashOf(contents.map(({ hash }) => hash).join()),
    leastTtlMs: ttls.length === 0 ? undefined : Math.min(...ttls),
    isTimed: contents.some(({ start }) => start !== undefined),
  };
}

/** The body of `PUT /v1/plans/controller`, its times moved by `shiftMs` for an agent whose clock is ahead by so much. */
export function planBody(
  { faults }: PlanContent,
  { generation, shiftMs }: { readonly generation: number; readonly shiftMs: number },
): Record<string, unknown> {
  return { generation, faults: faults.map((fault) => shifted(fault, shiftMs)) };
}

function contentOf(planned: PlannedFault): FaultContent {
  const present = known.get(planned);
  if (present !== undefined) return present;
  const { faults } = planDocument({ name: planName, generation: 0, faults: [planned] });
  const [document = {}] = faults as readonly FaultDocument[];
  const content: FaultContent = {
    name: planned.fault.name,
    hash: hashOf(JSON.stringify(document)),
    document,
    ttlMs: planned.fault.ttl?.milliseconds,
    start: planned.timing?.start,
  };
  known.set(planned, content);
  return content;
}

function shifted({ document, start }: FaultContent, shiftMs: number): FaultDocument {
  if (start === undefined || shiftMs === 0) return document;
  return { ...document, timing: { ...document.timing, start: new Date(start + shiftMs).toISOString() } };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
