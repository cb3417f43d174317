import { backDatedMs, newAuthority } from '@podlag/pki';
import type { X509Certificate } from 'node:crypto';

/** A CA and a leaf that it signed, all PEM. */
export interface NewCertificate {
  /** For clients: what a webhook configuration calls caBundle. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface NewCertificateOptions {
  /** DNS names and IP addresses of the server; at least one. */
  readonly hosts: readonly string[];
  /** How long both are valid from `now`, in milliseconds. */
  readonly lifeMs: number;
  readonly now: Date;
}

const names = { ca: 'podlag-injector CA', leaf: 'podlag-injector' };

/**
 * A certificate for a server, under a CA of its own. The CA's private key is thrown away here: each renewal makes a new
 * CA, so whoever gets hold of all that is stored can show this one certificate, and can never sign a second one.
 */
export function newCertificate({ hosts, lifeMs, now }: NewCertificateOptions): NewCertificate {
  const authority = newAuthority({ name: names.ca, lifeMs, now });
  return { ca: authority.cert, ...authority.issueForServer(names.leaf, hosts) };
}

/** Whether newCertificate made the leaf, and for a longer life than this, in milliseconds. */
export function isMadeForLonger(leaf: X509Certificate, lifeMs: number): boolean {
  const isMade = leaf.subject === `CN=${names.leaf}` && leaf.issuer === `CN=${names.ca}`;
  const madeForMs = leaf.validToDate.getTime() - leaf.validFromDate.getTime();
  // A certificate's times are whole seconds.
  return isMade && madeForMs > lifeMs + backDatedMs(lifeMs) + 1_000;
}
