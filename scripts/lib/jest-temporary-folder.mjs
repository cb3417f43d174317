// What tests leave in the temporary folder goes with the run: they get one of their own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function makeTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'podlag-jest-'));
  process.env.TMPDIR = folder;
  globalThis.podlagTemporaryFolder = folder;
}

export function removeTemporaryFolder() {
  rmSync(globalThis.podlagTemporaryFolder, { recursive: true, force: true });
}
