import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { md, pki } from 'node-forge';

/** As whom the API server calls kubelets. RBAC lets nobody of that name do anything: a binding has to. */
export const kubeletClientUser = 'podlag-apiserver-kubelet-client';

/** A certificate for the client of all kubelets, and the CA by which they know it, all PEM. */
export interface KubeletClientCertificate {
  /** A kubelet's `authentication.x509.clientCAFile`. */
  readonly ca: string;
  /** kube-apiserver's `--kubelet-client-certificate`. */
  readonly cert: string;
  /** kube-apiserver's `--kubelet-client-key`. */
  readonly key: string;
}

const hourMs = 3_600_000;
const lifeMs = 365 * 24 * hourMs;

/**
 * A client certificate under a CA of its own, both valid for a year from `now`. The CA's private key is thrown away here,
 * so that nobody can make a second one. RSA: forge signs with nothing else.
 */
export function newKubeletClientCertificate(now: Date): KubeletClientCertificate {
  const [authority, client] = [newKeys(), newKeys()];
  const issuer = 'podlag-kubelet-client-ca';
  const ca = certificateFor(issuer, authority.publicKey, now);
  ca.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  const cert = certificateFor(kubeletClientUser, client.publicKey, now);
  cert.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true },
    { name: 'extKeyUsage', clientAuth: true },
  ]);
  for (const signed of [ca, cert]) {
    signed.setIssuer([{ name: 'commonName', value: issuer }]);
    signed.sign(authority.privateKey, md.sha256.create());
  }
  return { ca: pemOf(ca), cert: pemOf(cert), key: client.pem };
}

/** Not signed yet. The common name is the user, for whoever authenticates by certificates (no organization, no group). */
function certificateFor(commonName: string, publicKey: pki.PublicKey, now: Date): pki.Certificate {
  const certificate = pki.createCertificate();
  certificate.publicKey = publicKey;
  // RFC 5280, 4.1.2.2: positive, at most 20 octets.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  // A node's clock may be a little behind.
  certificate.validity.notBefore = new Date(now.getTime() - hourMs);
  certificate.validity.notAfter = new Date(now.getTime() + lifeMs);
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  return certificate;
}

interface Keys {
  readonly publicKey: pki.PublicKey;
  readonly privateKey: pki.rsa.PrivateKey;
  /** The private key. */
  readonly pem: string;
}

/** By OpenSSL, which finds primes in a tenth of the time. */
function newKeys(): Keys {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return {
    publicKey: pki.publicKeyFromPem(publicKey),
    privateKey: pki.privateKeyFromPem(privateKey),
    pem: privateKey,
  };
}

/** With the line ends of a Unix file. */
function pemOf(certificate: pki.Certificate): string {
  return pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}
