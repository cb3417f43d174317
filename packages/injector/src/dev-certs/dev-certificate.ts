import { generateKeyPair, randomBytes, sign as signature } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { asn1, md, pki } from 'node-forge';

/** A CA and a leaf that it signed, all PEM. */
export interface DevCertificate {
  /** For clients: what a webhook configuration calls caBundle. The CA's key is thrown away. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface DevCertificateOptions {
  /** DNS names and IP addresses of the server; at least one. */
  readonly hosts: readonly string[];
  /** How long both are valid, in days. Default 365. */
  readonly days?: number;
  /** Default: the present. */
  readonly now?: Date;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A certificate for development and tests: its CA is new each time and trusted by nobody who was not given it. */
export async function generateDevCertificate(options: DevCertificateOptions): Promise<DevCertificate> {
  const [caKeys, leafKeys] = await Promise.all([newKeys(), newKeys()]);
  const ca = newCertificate(caKeys, options, 'podlag development CA');
  ca.setIssuer(ca.subject.attributes);
  ca.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  sign(ca, caKeys);

  const leaf = newCertificate(leafKeys, options, 'podlag injector');
  leaf.setIssuer(ca.subject.attributes);
  leaf.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: options.hosts.map(altName) },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: ca.generateSubjectKeyIdentifier().getBytes() },
  ]);
  sign(leaf, caKeys);
  return { ca: pki.certificateToPem(ca), cert: pki.certificateToPem(leaf), key: leafKeys.privatePem };
}

interface Keys {
  readonly publicKey: pki.PublicKey;
  readonly privatePem: string;
}

// OpenSSL makes a key in some 50 ms; forge, which is JavaScript, in seconds. RSA, since forge signs with nothing else.
async function newKeys(): Promise<Keys> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    publicKey: pki.publicKeyFromPem(publicKey),
    privatePem: privateKey,
  };
}

function newCertificate(keys: Keys, options: DevCertificateOptions, commonName: string): pki.Certificate {
  const now = options.now ?? new Date();
  const certificate = pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = randomSerial();
  // An hour back, for clients whose clock is behind.
  certificate.validity.notBefore = new Date(now.getTime() - hourMs);
  certificate.validity.notAfter = new Date(now.getTime() + (options.days ?? 365) * dayMs);
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  return certificate;
}

/** Forge lays the certificate out and asks the key for the signature; that, too, OpenSSL does a hundred times faster. */
function sign(certificate: pki.Certificate, { privatePem }: Keys): void {
  const signer = {
    sign: () => {
      const toBeSigned = asn1.toDer(certificate.tbsCertificate).getBytes();
      return signature('sha256', Buffer.from(toBeSigned, 'binary'), privatePem).toString('binary');
    },
  };
  // The digest is named for the certificate's algorithm field only; forge's default is SHA-1.
  certificate.sign(signer as unknown as pki.rsa.PrivateKey, md.sha256.create());
}

/** RFC 5280, 4.1.2.2: positive, at most 20 octets. The first octet is 1 to 127. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) % 127) + 1;
  return bytes.toString('hex');
}

/** RFC 5280, 4.2.1.6: 2 is dNSName, 7 iPAddress. */
function altName(host: string): object {
  return isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };
}
