import type { X509Certificate } from 'node:crypto';
import { isInBundle, type CaBundle } from './ca-bundle';
import { isInDate } from './validity';

/** A chain as a server shows it: the leaf, then what may lead from it to a CA that the client knows. */
export type CertificateChain = readonly [X509Certificate, ...X509Certificate[]];

/** A certification path (RFC 5280, 6): from the leaf, each signed by the next, to a CA of the bundle, which is the last. */
export type CertificationPath = readonly [X509Certificate, ...X509Certificate[]];

const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyExtendedKeyUsage = '2.5.29.37.0';

/** The path by which an API server that trusts this bundle alone accepts the chain now. */
export function trustedPath(
  chain: CertificateChain,
  bundle: CaBundle,
  now: Date,
): CertificationPath | undefined {
  const [leaf] = chain;
  const accepts = (certificate: X509Certificate): boolean =>
    isForServers(certificate) && isInDate(certificate, now);
  if (!accepts(leaf)) return undefined;
  return pathOf(chain, bundle, (signer) => signer.ca && accepts(signer));
}

/** A path by signatures alone: to tell what is wrong with it when none is trusted. */
export function signedPath(chain: CertificateChain, bundle: CaBundle): CertificationPath | undefined {
  return pathOf(chain, bundle, () => true);
}

/** Whether API servers accept the chain now with this bundle. */
export function verifies(bundle: CaBundle, chain: CertificateChain, now: Date): boolean {
  return trustedPath(chain, bundle, now) !== undefined;
}

/** Whether its extended key usage, if it has one, lets it vouch for a server. Node calls that keyUsage. */
export function isForServers({ keyUsage }: X509Certificate): boolean {
  // Undefined when there is none, which Node's types do not say.
  const usages = keyUsage as readonly string[] | undefined;
  return usages?.some((usage) => usage === serverAuth || usage === anyExtendedKeyUsage) ?? true;
}

/** When a client that follows the path stops to accept it: with the first of its certificates that ends. */
export function endOf(path: CertificationPath): Date {
  return new Date(Math.min(...path.map(({ validToDate }) => validToDate.getTime())));
}

interface Search {
  readonly bundle: CaBundle;
  readonly intermediates: readonly X509Certificate[];
  readonly accepts: (signer: X509Certificate) => boolean;
  /** A certificate that has led nowhere leads nowhere from below either. */
  readonly tried: Set<X509Certificate>;
}

function pathOf(
  [leaf, ...intermediates]: CertificateChain,
  bundle: CaBundle,
  accepts: Search['accepts'],
): CertificationPath | undefined {
  // Trusted by itself, as a CA or not: so does Go, in which API servers are written.
  if (isSelfSigned(leaf) && isInBundle(leaf, bundle)) return [leaf];
  return climb([leaf], { bundle: latestFirst(bundle), intermediates, accepts, tried: new Set() });
}

function climb(path: CertificationPath, search: Search): CertificationPath | undefined {
  const { bundle, intermediates, accepts, tried } = search;
  const top = path.at(-1) ?? path[0];
  const isSigner = (signer: X509Certificate): boolean => isSignedBy(top, signer) && accepts(signer);
  const anchor = bundle.find(isSigner);
  if (anchor !== undefined) return [...path, anchor];
  for (const signer of intermediates) {
    if (tried.has(signer) || !isSigner(signer)) continue;
    tried.add(signer);
    const found = climb([...path, signer], search);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Not by checkIssued, which wants the key usage of a CA. */
function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

function isSignedBy(certificate: X509Certificate, signer: X509Certificate): boolean {
  return certificate.checkIssued(signer) && certificate.verify(signer.publicKey);
}

/** A CA that was renewed with its key is there twice, and vouches until the end of the later one. */
function latestFirst(bundle: CaBundle): CaBundle {
  return bundle.toSorted((one, other) => other.validToDate.getTime() - one.validToDate.getTime());
}
