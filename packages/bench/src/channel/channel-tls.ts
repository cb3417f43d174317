import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coreErrors } from '@podlag/core';

/** One end of the worker channel. All PEM. */
export interface ChannelTls {
  /** The run's CA, which the other end's certificate has to be signed by. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads `ca.crt`, `tls.crt` and `tls.key`, as a Secret of type kubernetes.io/tls mounts them.
 *
 * @throws PodlagError `invalid-config` with the file that cannot be read
 */
export async function readChannelTls(folder: string): Promise<ChannelTls> {
  const [ca, cert, key] = await Promise.all([
    readPem(join(folder, 'ca.crt')),
    readPem(join(folder, 'tls.crt')),
    readPem(join(folder, 'tls.key')),
  ]);
  return { ca, cert, key };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw coreErrors.error('invalid-config', `${file}: ${(cause as Error).message}`, { cause });
  }
}
