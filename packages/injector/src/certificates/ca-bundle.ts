import { X509Certificate } from 'node:crypto';

/** CA certificates that a client trusts, newest first. Each stands in it once. */
export type CaBundle = readonly X509Certificate[];

const pemCertificate = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in its order. Undefined when one of them is none; empty when there is none at all. */
export function readBundle(pem: string): CaBundle | undefined {
  try {
    return distinct((pem.match(pemCertificate) ?? []).map((text) => new X509Certificate(text)));
  } catch {
    return undefined;
  }
}

/** PEM, one certificate after the other. */
export function printBundle(bundle: CaBundle): string {
  return bundle.map((ca) => ca.toString()).join('');
}

/** Both bundles as one: `first`, then what else is in `second`. */
export function joined(first: CaBundle, second: CaBundle): CaBundle {
  return distinct([...first, ...second]);
}

/** Whether a client that trusts one trusts the same with the other. The order, and how it is written, is no difference. */
export function sameBundle(one: CaBundle, other: CaBundle): boolean {
  const names = new Set(one.map(({ fingerprint256 }) => fingerprint256));
  return one.length === other.length && other.every(({ fingerprint256 }) => names.has(fingerprint256));
}

/** By its fingerprint, not by its name. */
export function isInBundle(certificate: X509Certificate, bundle: CaBundle): boolean {
  return bundle.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256);
}

function distinct(certificates: readonly X509Certificate[]): CaBundle {
  return [...new Map(certificates.map((ca) => [ca.fingerprint256, ca])).values()];
}
