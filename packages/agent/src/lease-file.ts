import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { faultDocument, parseFault } from '@podlag/core';
import * as z from 'zod';
import { setOf, type FaultSet } from './fault-set';

/** What the lease file held when the agent started. */
export type Lease =
  | { readonly kind: 'found'; readonly faults: FaultSet }
  /** The pod's first start. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly reason: string };

const document = z.strictObject({
  version: z.literal(1),
  faults: z.array(z.strictObject({ fault: z.unknown(), expiresAt: z.iso.datetime().optional() })),
});

/**
 * Keeps what is set across a restart of the agent, and with it the time at which each fault ends: the kernel knows
 * neither. It lives in a volume of the pod, so that it ends with the pod's network.
 */
export class LeaseFile {
  constructor(readonly path: string) {}

  async read(): Promise<Lease> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'none' };
      return { kind: 'unreadable', reason: (error as Error).message };
    }
    try {
      const { faults } = document.parse(JSON.parse(text));
      const held = faults.map(({ fault, expiresAt }) => ({
        fault: parseFault(fault),
        expiresAt: expiresAt === undefined ? undefined : Date.parse(expiresAt),
      }));
      return { kind: 'found', faults: setOf(held) };
    } catch (error) {
      return { kind: 'unreadable', reason: (error as Error).message };
    }
  }

  /** Atomic: a reader finds the old lease or the new one. Rejects when the directory cannot be written. */
  async write(set: FaultSet): Promise<void> {
    const faults = [...set.values()].map(({ fault, expiresAt }) => ({
      fault: faultDocument(fault),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    }));
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(`${this.path}.new`, `${JSON.stringify({ version: 1, faults })}\n`, { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
  }

  /** Never rejects: it is for a directory that may be out of order. */
  async remove(): Promise<void> {
    for (const file of [this.path, `${this.path}.new`])
      await rm(file, { force: true }).catch(() => undefined);
  }
}
