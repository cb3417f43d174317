import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { coreErrors } from '@podlag/core';
import { newRunCertificates, type CertificateAndKey } from './run-certificates';

/** Longer than any run: a scenario's budget is a day at most. */
const lifeMs = 48 * 3_600_000;
const hint = 'podlag-bench certificates --folder tls --host 10.244.0.1 --worker a --worker b';

/**
 * `podlag-bench certificates`: those of one run that no launcher starts, as files. `FOLDER/orchestrator` and
 * `FOLDER/workers/NAME` are each a TLS folder, valid for two days from `now`. They are written over where they are there.
 *
 * @throws PodlagError `invalid-config` for a wrong command line
 */
export async function mainCertificates(args: readonly string[], now: Date): Promise<void> {
  const { folder, host, worker } = parsed(args);
  const { ca, orchestrator, workers } = newRunCertificates({
    ...{ orchestrator: host, workers: worker, lifeMs, now },
  });
  await writeTls(join(folder, 'orchestrator'), ca, orchestrator);
  for (const [name, own] of Object.entries(workers)) await writeTls(join(folder, 'workers', name), ca, own);
}

interface Parsed {
  readonly folder: string;
  readonly host: readonly string[];
  readonly worker: readonly string[];
}

function parsed(args: readonly string[]): Parsed {
  const { folder, host = [], worker = [] } = valuesOf(args);
  if (folder === undefined || host.length === 0 || worker.length === 0) {
    throw wrong('--folder, --host and --worker are needed');
  }
  // Each becomes a folder.
  const odd = worker.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (odd !== undefined) throw wrong(`--worker ${JSON.stringify(odd)} is not a DNS label`);
  return { folder, host, worker };
}

function valuesOf(args: readonly string[]): Partial<Parsed> {
  try {
    return parseArgs({
      args: [...args],
      options: {
        folder: { type: 'string' },
        host: { type: 'string', multiple: true },
        worker: { type: 'string', multiple: true },
      },
    }).values;
  } catch (cause) {
    throw wrong((cause as Error).message, cause);
  }
}

function wrong(detail: string, cause?: unknown): Error {
  return coreErrors.error('invalid-config', detail, { cause, hint: `As in: ${hint}` });
}

async function writeTls(folder: string, ca: string, { cert, key }: CertificateAndKey): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ca.crt'), ca);
  await writeFile(join(folder, 'tls.crt'), cert);
  await writeFile(join(folder, 'tls.key'), key, { mode: 0o600 });
}
