import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { isInDate, issuerIn, readBundle, type CaBundle } from './ca-bundle';

/** A serving certificate that has been checked: the key belongs to it, it is in date, and a CA of the bundle signed it. */
export interface CertificateSet {
  /** PEM: the leaf first, then what leads from it to a CA of the bundle. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly leaf: X509Certificate;
  /** What clients are to trust. Empty when it was not asked for. */
  readonly bundle: CaBundle;
}

/** Why what is there cannot be served. */
export type CertificateProblem =
  | 'empty'
  | 'not-pem'
  | 'broken-key'
  | 'foreign-key'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-hosts'
  | 'unknown-issuer'
  | 'expired-ca';

/** What came out of a check. The detail is for people: which part is wrong, and how. */
export type Checked<T> =
  | { readonly kind: 'good'; readonly set: T }
  | { readonly kind: 'bad'; readonly problem: CertificateProblem; readonly detail: string };

/** A certificate as it is stored, in PEM. */
export interface StoredCertificate {
  readonly cert: string;
  readonly key: string;
  /** Undefined: whoever calls knows which CA it trusts, and it is not looked at. */
  readonly bundle: string | undefined;
}

/** What to hold it against, and what its parts are called where it comes from: a file, or the key of a Secret. */
export interface CheckAgainst {
  readonly now: Date;
  /** DNS names and IP addresses that the leaf has to be for. */
  readonly hosts?: readonly string[];
  readonly names: { readonly cert: string; readonly key: string; readonly bundle: string };
}

/** The one judgement on certificates, wherever they come from. */
export function checkCertificate(stored: StoredCertificate, against: CheckAgainst): Checked<CertificateSet> {
  const { names, now } = against;
  const leaf = readCertificate(stored.cert);
  if (leaf === undefined) return bad('not-pem', `${names.cert}: is not a PEM certificate`);
  const key = readKey(stored.key);
  if (key === undefined) {
    return bad('broken-key', `${names.key}: is not a PEM private key without a passphrase`);
  }
  if (!leaf.checkPrivateKey(key)) {
    return bad('foreign-key', `${names.key}: is not the key of the certificate in ${names.cert}`);
  }
  const problem = leafProblem(leaf, against);
  if (problem !== undefined) return problem;
  const bundle = stored.bundle === undefined ? [] : checkedBundle(stored.bundle, leaf, { names, now });
  if ('problem' in bundle) return bundle;
  return { kind: 'good', set: { cert: stored.cert, key: stored.key, leaf, bundle } };
}

type Bad = Extract<Checked<never>, { kind: 'bad' }>;

function leafProblem(leaf: X509Certificate, { now, hosts = [], names }: CheckAgainst): Bad | undefined {
  const { validFromDate: notBefore, validToDate: notAfter } = leaf;
  if (notAfter <= now) return bad('expired', `${names.cert}: expired on ${notAfter.toISOString()}`);
  if (notBefore > now) {
    return bad('not-yet-valid', `${names.cert}: is not valid before ${notBefore.toISOString()}`);
  }
  const missing = hosts.filter((host) => !isFor(leaf, host));
  if (missing.length === 0) return undefined;
  return bad(
    'wrong-hosts',
    `${names.cert}: is for ${leaf.subjectAltName ?? 'no host'}, not for ${missing.join(', ')}`,
  );
}

function checkedBundle(pem: string, leaf: X509Certificate, { names, now }: CheckAgainst): CaBundle | Bad {
  const bundle = readBundle(pem);
  if (bundle === undefined) return bad('not-pem', `${names.bundle}: is not a PEM certificate`);
  const issuer = issuerIn(bundle, leaf, now);
  if (issuer === undefined) {
    return bad('unknown-issuer', `${names.cert}: is not signed by a CA in ${names.bundle}`);
  }
  if (isInDate(issuer, now)) return bundle;
  const dates = `from ${issuer.validFromDate.toISOString()} to ${issuer.validToDate.toISOString()}`;
  return bad('expired-ca', `${names.bundle}: the CA of the certificate in ${names.cert} is valid ${dates}`);
}

function isFor(leaf: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? leaf.checkHost(host, { subject: 'never' }) : leaf.checkIP(host)) !== undefined;
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function bad(problem: CertificateProblem, detail: string): Bad {
  return { kind: 'bad', problem, detail };
}
