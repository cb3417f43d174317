import { access, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { faultDocument, parseFault, parsePlan, planDocument, quote } from '@podlag/core';
import { firstShapedMinor, lastShapedMinor } from '@podlag/netem';
import * as z from 'zod';
import { setOf, type FaultSet } from './fault-set';
import { noPlans, type KeptPlans, type PlanSet } from './plan-set';
import type { RememberedClasses } from './remembered-classes';

/** What the lease file held when the agent started. */
export type Lease =
  | {
      readonly kind: 'found';
      /** Those that calls have set. */
      readonly faults: FaultSet;
      readonly kept: KeptPlans;
      readonly classes: RememberedClasses;
    }
  /** The pod's first start. */
  | { readonly kind: 'none' }
  /** `reason` is one line. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The file after `blank`: a lease without faults, nothing at all, or still what was set before. */
export type WhatIsLeft = 'blank' | 'none' | 'stale';

const faults = z.array(z.strictObject({ fault: z.unknown(), expiresAt: z.iso.datetime().optional() }));

const classes = z
  .array(
    z.strictObject({
      minor: z.int().min(firstShapedMinor).max(lastShapedMinor),
      faults: z.array(z.string()),
    }),
  )
  .optional();

const time = z.iso.datetime().transform(Date.parse);
const withClasses = { faults, classes: z.strictObject({ egress: classes, ingress: classes }) };
const plans = z.array(z.strictObject({ name: z.string(), heardAt: time, plan: z.unknown() }));
const without = { plans: [], asOf: 0 } satisfies { plans: z.output<typeof plans>; asOf: number };

/** Version 1 had one class, and no need to remember it, and 2 had no plans: an agent may find the lease of the one that it replaces. */
const document = z.discriminatedUnion('version', [
  z
    .strictObject({ version: z.literal(1), faults })
    .transform((lease) => ({ ...lease, classes: {}, ...without })),
  z.strictObject({ version: z.literal(2), ...withClasses }).transform((lease) => ({ ...lease, ...without })),
  z.strictObject({ version: z.literal(3), ...withClasses, plans, asOf: time }),
]);

/** Says that the pod has started before, and nothing else. */
const blankLease = `${JSON.stringify({ version: 3, faults: [], plans: [], asOf: isoTime(0), classes: {} })}\n`;

/** As much of a reason as a line of the log has room for. */
const longestReason = 300;

/**
 * Keeps what is set across a restart of the agent, with the time at which each fault ends, and whose class is whose: the
 * kernel knows none of it. It lives in a volume of the pod, so that it ends with the pod's network.
 */
export class LeaseFile {
  #isUnreadable = false;

  constructor(readonly path: string) {}

  /** Where a lease is kept that could not be read, once another takes its place. */
  get unreadablePath(): string {
    return `${this.path}.unreadable`;
  }

  async read(): Promise<Lease> {
    const lease = await this.#read();
    this.#isUnreadable = lease.kind === 'unreadable';
    return lease;
  }

  async #read(): Promise<Lease> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'none' };
      return { kind: 'unreadable', reason: (error as Error).message };
    }
    try {
      const lease = document.parse(withKnownVersion(JSON.parse(text)));
      const held = lease.faults.map(({ fault, expiresAt }) => ({
        fault: parseFault(fault),
        expiresAt: expiresAt === undefined ? undefined : Date.parse(expiresAt),
      }));
      const kept = { plans: plansOf(lease.plans), asOf: lease.asOf };
      return { kind: 'found', faults: setOf(held), kept, classes: lease.classes };
    } catch (error) {
      return { kind: 'unreadable', reason: oneLine(error) };
    }
  }

  /** Atomic: a reader finds the old lease or the new one. Rejects when the directory cannot be written. */
  async write(
    set: FaultSet,
    classesInForce: RememberedClasses,
    kept: KeptPlans = { plans: noPlans, asOf: 0 },
  ): Promise<void> {
    const held = [...set.values()].map(({ fault, expiresAt }) => ({
      fault: faultDocument(fault),
      ...(expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) }),
    }));
    await mkdir(dirname(this.path), { recursive: true });
    const planned = [...kept.plans.values()].map(({ plan, heardAt }) => ({
      ...{ name: plan.name, heardAt: isoTime(heardAt) },
      plan: planDocument(plan),
    }));
    const asOf = isoTime(kept.asOf);
    const lease = { version: 3, faults: held, plans: planned, asOf, classes: classesInForce };
    await this.#keepUnreadable();
    await writeFile(`${this.path}.new`, `${JSON.stringify(lease)}\n`, { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
  }

  /**
   * Forgets what was set, but not that the pod has started before. Over the old lease, whose room a full disk still has.
   * Never rejects: it is for a directory that may be out of order.
   */
  async blank(): Promise<WhatIsLeft> {
    for (const tried of [() => this.#overwrite(), () => this.#writeAnew()]) {
      const done = await tried().then(
        () => true,
        () => false,
      );
      if (done) return 'blank';
    }
    await rm(this.path, { force: true }).catch(() => undefined);
    return access(this.path).then(
      () => 'stale',
      () => 'none',
    );
  }

  async #overwrite(): Promise<void> {
    await this.#keepUnreadable();
    const file = await open(this.path, 'r+');
    try {
      // Spaces to its end: a reader finds JSON between the write and the cut.
      const { size } = await file.stat();
      await file.write(blankLease.padEnd(size), 0);
      await file.truncate(blankLease.length);
    } finally {
      await file.close();
    }
  }

  /** What was begun for the lease that failed takes up room. */
  async #writeAnew(): Promise<void> {
    await rm(`${this.path}.new`, { force: true }).catch(() => undefined);
    await writeFile(this.path, blankLease, { mode: 0o600 });
  }

  async #keepUnreadable(): Promise<void> {
    if (!this.#isUnreadable) return;
    await rename(this.path, this.unreadablePath).catch(() => undefined);
    this.#isUnreadable = false;
  }
}

/** The version first: of another one nothing else needs to be as we know it. */
function withKnownVersion(lease: unknown): unknown {
  const version = (lease as { version?: unknown } | null)?.version;
  if (version === undefined || [1, 2, 3].includes(version as number)) return lease;
  throw new Error(`it is of version ${quote(version)}, and this agent reads 1 to 3`);
}

function oneLine(error: unknown): string {
  const reason =
    error instanceof z.ZodError
      ? error.issues
          .map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
          .join('; ')
      : (error as Error).message;
  return reason.replace(/\s+/g, ' ').slice(0, longestReason);
}

function plansOf(documents: z.output<typeof plans>): PlanSet {
  return new Map(
    documents.map(({ name, heardAt, plan }) => [name, { plan: parsePlan(plan, name), heardAt }]),
  );
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
