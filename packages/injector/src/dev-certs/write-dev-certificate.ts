import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DevCertsRequest } from './arguments';
import { generateDevCertificate } from './dev-certificate';

/** Writes `ca.crt`, `tls.crt` and `tls.key` (mode 0600) into the directory, over those of last time; tells their paths. */
export async function writeDevCertificate({ out, hosts, days }: DevCertsRequest): Promise<string[]> {
  const { ca, cert, key } = await generateDevCertificate({ hosts, days });
  await mkdir(out, { recursive: true });
  const write = async (name: string, content: string, mode: number): Promise<string> => {
    const path = join(out, name);
    // A mode is given to new files only: an old key that others may read would stay so.
    await rm(path, { force: true });
    await writeFile(path, content, { mode });
    return path;
  };
  return [
    await write('ca.crt', ca, 0o644),
    await write('tls.crt', cert, 0o644),
    await write('tls.key', key, 0o600),
  ];
}
