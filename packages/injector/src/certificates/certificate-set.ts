import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { joined, readBundle, type CaBundle } from './ca-bundle';
import {
  endOf,
  isForServers,
  signedPath,
  trustedPath,
  type CertificateChain,
  type CertificationPath,
} from './certification-path';
import { tlsOptions } from './tls-options';
import { hasExpired, isInDate, isOfTheFuture } from './validity';

/**
 * A serving certificate that has been checked: the key belongs to it, OpenSSL loads it, it is in date, for servers, and a
 * CA of the bundle vouches for it.
 */
export interface CertificateSet {
  /** PEM: the leaf first, then what leads from it to a CA of the bundle. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly leaf: X509Certificate;
  /** What is in `cert`. */
  readonly chain: CertificateChain;
  /** What clients are to trust. Empty when it was not asked for. */
  readonly bundle: CaBundle;
  /** The CA of the bundle that vouches for it. Undefined when the bundle was not asked for. */
  readonly anchor: X509Certificate | undefined;
  /** When clients stop to accept it: with the leaf, or with a CA above it that ends before. */
  readonly notAfter: Date;
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
  | 'wrong-usage'
  | 'not-loadable'
  | 'unknown-issuer'
  | 'no-ca'
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
  const { names } = against;
  const leaf = readCertificate(stored.cert);
  if (leaf === undefined) return bad('not-pem', `${names.cert}: is not a PEM certificate`);
  const problem = keyProblem(stored, leaf, names) ?? leafProblem(leaf, against);
  if (problem !== undefined) return problem;
  const chain = loadedChain(stored, leaf, names);
  if ('problem' in chain) return chain;
  const vouched = vouchedFor(stored.bundle, chain, against);
  if ('problem' in vouched) return vouched;
  const { bundle, path } = vouched;
  const anchor = stored.bundle === undefined ? undefined : path.at(-1);
  const { cert, key } = stored;
  return { kind: 'good', set: { cert, key, leaf, chain, bundle, anchor, notAfter: endOf(path) } };
}

type Bad = Extract<Checked<never>, { kind: 'bad' }>;

function keyProblem(
  stored: StoredCertificate,
  leaf: X509Certificate,
  names: CheckAgainst['names'],
): Bad | undefined {
  const key = readKey(stored.key);
  if (key === undefined) {
    return bad('broken-key', `${names.key}: is not a PEM private key without a passphrase`);
  }
  if (leaf.checkPrivateKey(key)) return undefined;
  return bad('foreign-key', `${names.key}: is not the key of the certificate in ${names.cert}`);
}

function leafProblem(leaf: X509Certificate, { now, hosts = [], names }: CheckAgainst): Bad | undefined {
  const { validFromDate: notBefore, validToDate: notAfter } = leaf;
  if (hasExpired(leaf, now)) return bad('expired', `${names.cert}: expired on ${notAfter.toISOString()}`);
  if (isOfTheFuture(leaf, now)) {
    return bad('not-yet-valid', `${names.cert}: is not valid before ${notBefore.toISOString()}`);
  }
  if (!isForServers(leaf)) {
    return bad('wrong-usage', `${names.cert}: its extended key usage has no serverAuth`);
  }
  const missing = hosts.filter((host) => !isFor(leaf, host));
  if (missing.length === 0) return undefined;
  return bad(
    'wrong-hosts',
    `${names.cert}: is for ${leaf.subjectAltName ?? 'no host'}, not for ${missing.join(', ')}`,
  );
}

/** OpenSSL refuses more than does not parse: keys that are too short, for one. */
function loadedChain(
  stored: StoredCertificate,
  leaf: X509Certificate,
  names: CheckAgainst['names'],
): CertificateChain | Bad {
  const blocks = readBundle(stored.cert);
  if (blocks === undefined) {
    return bad('not-loadable', `${names.cert}: a certificate after the first is broken`);
  }
  try {
    createSecureContext(tlsOptions(stored));
  } catch (error) {
    return bad('not-loadable', `${names.cert}: OpenSSL does not load it: ${(error as Error).message}`);
  }
  const [, ...others] = joined([leaf], blocks);
  return [leaf, ...others];
}

interface Vouched {
  readonly bundle: CaBundle;
  readonly path: CertificationPath;
}

function vouchedFor(
  pem: string | undefined,
  chain: CertificateChain,
  { names, now }: CheckAgainst,
): Vouched | Bad {
  if (pem === undefined) return { bundle: [], path: [chain[0]] };
  const bundle = readBundle(pem);
  if (bundle === undefined) return bad('not-pem', `${names.bundle}: is not a PEM certificate`);
  const path = trustedPath(chain, bundle, now);
  return path === undefined ? distrust(signedPath(chain, bundle), { names, now }) : { bundle, path };
}

function distrust(path: CertificationPath | undefined, { names, now }: CheckAgainst): Bad {
  if (path === undefined) {
    return bad('unknown-issuer', `${names.cert}: is not signed by a CA in ${names.bundle}`);
  }
  const signers = path.slice(1);
  const label = (ca: X509Certificate): string =>
    ca === path.at(-1)
      ? `${names.bundle}: the CA of the certificate in ${names.cert}`
      : `${names.cert}: the intermediate CA in it`;
  const over = signers.find((ca) => !isInDate(ca, now));
  if (over !== undefined) {
    const dates = `from ${over.validFromDate.toISOString()} to ${over.validToDate.toISOString()}`;
    return bad('expired-ca', `${label(over)} is valid ${dates}`);
  }
  const noCa = signers.find(({ ca }) => !ca);
  if (noCa !== undefined) return bad('no-ca', `${label(noCa)} is none: its basic constraints lack CA:TRUE`);
  return bad(
    'wrong-usage',
    `${names.bundle}: a CA above ${names.cert} is not for servers (extended key usage)`,
  );
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
