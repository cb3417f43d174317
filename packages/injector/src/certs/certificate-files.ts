import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newCertificate, type NewCertificateOptions } from '../certificates/new-certificate';

/** Writes `ca.crt`, `tls.crt` and `tls.key` (mode 0600) into the directory, over those of last time; tells their paths. */
export async function writeCertificateFiles(out: string, options: NewCertificateOptions): Promise<string[]> {
  const { ca, cert, key } = newCertificate(options);
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
