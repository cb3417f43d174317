import { generateKeyPairSync, type KeyObject, type X509Certificate } from 'node:crypto';
import { caExtensions, serverExtensions, signedCertificate } from './x509-layout';

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

const hourMs = 3_600_000;
const names = { ca: 'podlag-injector CA', leaf: 'podlag-injector' };

/**
 * A certificate for a server, under a CA of its own. The CA's private key is thrown away here: each renewal makes a new
 * CA, so whoever gets hold of all that is stored can show this one certificate, and can never sign a second one.
 */
export function newCertificate({ hosts, lifeMs, now }: NewCertificateOptions): NewCertificate {
  const [caKeys, leafKeys] = [newKeys(), newKeys()];
  const common = {
    issuer: names.ca,
    notBefore: new Date(now.getTime() - backDatedMs(lifeMs)),
    notAfter: new Date(now.getTime() + lifeMs),
  };
  const ca = {
    ...common,
    subject: names.ca,
    publicKey: caKeys.publicKey,
    extensions: caExtensions(caKeys.publicKey),
  };
  const leaf = {
    ...common,
    subject: names.leaf,
    publicKey: leafKeys.publicKey,
    extensions: serverExtensions(hosts, leafKeys.publicKey, caKeys.publicKey),
  };
  return {
    ca: signedCertificate(ca, caKeys.privateKey),
    cert: signedCertificate(leaf, caKeys.privateKey),
    key: leafKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Whether newCertificate made the leaf, and for a longer life than this, in milliseconds. */
export function isMadeForLonger(leaf: X509Certificate, lifeMs: number): boolean {
  const isMade = leaf.subject === `CN=${names.leaf}` && leaf.issuer === `CN=${names.ca}`;
  const madeForMs = leaf.validToDate.getTime() - leaf.validFromDate.getTime();
  // A certificate's times are whole seconds.
  return isMade && madeForMs > lifeMs + backDatedMs(lifeMs) + 1_000;
}

/** For clients whose clock is behind. Of a short life only a part, or it would begin near its end. */
function backDatedMs(lifeMs: number): number {
  return Math.min(hourMs, lifeMs / 10);
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** P-256: its handshake costs a server a tenth of RSA's, and a key is made in a moment. */
function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}
