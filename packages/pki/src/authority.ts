import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  caExtensions,
  clientExtensions,
  serverExtensions,
  signedCertificate,
  type CertificateFields,
} from './x509-layout';

/** A leaf certificate with its private key, both PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A CA that signs leaves. Its private key is in this object and nowhere else. */
export interface Authority {
  /** PEM: what the other side has to trust. */
  readonly cert: string;
  /** @param hosts DNS names and IP addresses of the server; at least one */
  issueForServer(commonName: string, hosts: readonly string[]): IssuedCertificate;
  /** For a TLS client that goes by this name. */
  issueForClient(commonName: string): IssuedCertificate;
}

/** What a CA is made with. */
export interface AuthorityOptions {
  /** Its common name. */
  readonly name: string;
  /** How long it and its leaves are valid from `now`, in milliseconds. */
  readonly lifeMs: number;
  readonly now: Date;
}

const hourMs = 3_600_000;

/** A new CA with a P-256 key, and leaves of the same life. Whoever drops it can sign no more. */
export function newAuthority({ name, lifeMs, now }: AuthorityOptions): Authority {
  const keys = newKeys();
  const common = {
    issuer: name,
    notBefore: new Date(now.getTime() - backDatedMs(lifeMs)),
    notAfter: new Date(now.getTime() + lifeMs),
  };
  const sign = (fields: Omit<CertificateFields, keyof typeof common>): string =>
    signedCertificate({ ...common, ...fields }, keys.privateKey);
  const issue = (
    subject: string,
    extensions: (leaf: KeyObject) => CertificateFields['extensions'],
  ): IssuedCertificate => {
    const { publicKey, privateKey } = newKeys();
    const cert = sign({ subject, publicKey, extensions: extensions(publicKey) });
    return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  };
  const { publicKey } = keys;
  return {
    cert: sign({ subject: name, publicKey, extensions: caExtensions(publicKey) }),
    issueForServer: (subject, hosts) => issue(subject, (leaf) => serverExtensions(hosts, leaf, publicKey)),
    issueForClient: (subject) => issue(subject, (leaf) => clientExtensions(leaf, publicKey)),
  };
}

/**
 * By how much a certificate of this life begins before now, in milliseconds: an hour, for those whose clock is behind. Of a
 * short life only a tenth, or it would begin near its end.
 */
export function backDatedMs(lifeMs: number): number {
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
