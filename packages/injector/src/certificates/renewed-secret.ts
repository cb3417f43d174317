import type { Secret } from '@podlag/kube';
import { readBundle } from './ca-bundle';
import { withCertificate } from './cert-secret';
import { newCertificate, type NewCertificateOptions } from './new-certificate';
import { renewedBundle, type Renewal } from './renewal';

/** The Secret as the judgement on it wants it; a new certificate is made here where it wants one. */
export function renewedSecret(
  secret: Secret,
  verdict: Exclude<Renewal, { kind: 'keep' }>,
  options: NewCertificateOptions,
): Secret {
  if (verdict.kind === 'rebundle') return withCertificate(secret, verdict.set, verdict.bundle);
  const made = newCertificate(options);
  return withCertificate(secret, made, renewedBundle(readBundle(made.ca) ?? [], verdict.oldBundle));
}
