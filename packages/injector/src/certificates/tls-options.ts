import type { SecureContextOptions } from 'node:tls';

/** With what a server shows the certificate. A check that it can be loaded is one with the same. */
export function tlsOptions({
  cert,
  key,
}: {
  readonly cert: string;
  readonly key: string;
}): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}
