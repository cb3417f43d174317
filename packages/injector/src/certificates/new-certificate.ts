import { generateKeyPairSync, type KeyObject } from 'node:crypto';
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

/**
 * A certificate for a server, under a CA of its own. The CA's private key is thrown away here: each renewal makes a new
 * CA, so whoever gets hold of all that is stored can show this one certificate, and can never sign a second one.
 */
export function newCertificate({ hosts, lifeMs, now }: NewCertificateOptions): NewCertificate {
  const [caKeys, leafKeys] = [newKeys(), newKeys()];
  const issuer = 'podlag-injector CA';
  const common = {
    issuer,
    // For clients whose clock is behind. Of a short life only a part, or it would begin near its end.
    notBefore: new Date(now.getTime() - Math.min(hourMs, lifeMs / 10)),
    notAfter: new Date(now.getTime() + lifeMs),
  };
  const ca = {
    ...common,
    subject: issuer,
    publicKey: caKeys.publicKey,
    extensions: caExtensions(caKeys.publicKey),
  };
  const leaf = {
    ...common,
    subject: 'podlag-injector',
    publicKey: leafKeys.publicKey,
    extensions: serverExtensions(hosts, leafKeys.publicKey, caKeys.publicKey),
  };
  return {
    ca: signedCertificate(ca, caKeys.privateKey),
    cert: signedCertificate(leaf, caKeys.privateKey),
    key: leafKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** P-256: its handshake costs a server a tenth of RSA's, and a key is made in a moment. */
function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}
