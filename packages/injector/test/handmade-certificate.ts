import { caExtensions, serverExtensions, signedCertificate } from '@podlag/pki';
import { asn1 } from 'node-forge';
import { generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';
import type { NewCertificate } from '../src/certificates/new-certificate';

/** What a certificate is to be that newCertificate would not make. */
export interface HandmadeOptions {
  readonly subject?: string;
  /** Nobody: it signs itself. */
  readonly signer?: Handmade;
  readonly from?: Date;
  readonly to?: Date;
  /** Of a server, of a CA, or none at all. */
  readonly extensions?: 'server' | 'ca' | 'none';
  readonly hosts?: readonly string[];
  /** The extended key usage, for that of a server or none of a CA; undefined is the extension left out. */
  readonly usage?: string | undefined;
  readonly keys?: KeyPairKeyObjectResult;
}

/** A certificate with the key that it was made for, so that it can sign others. */
export interface Handmade {
  readonly subject: string;
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly keys: KeyPairKeyObjectResult;
}

/** Any certificate at all. Signers have a P-256 key. */
export function handmade(options: HandmadeOptions = {}): Handmade {
  const { subject = 'by hand', signer, keys = ecKeys() } = options;
  const { from = new Date('2026-11-01T00:00:00Z'), to = new Date('2027-11-01T00:00:00Z') } = options;
  const signingKeys = signer?.keys ?? keys;
  const fields = {
    ...{ subject, issuer: signer?.subject ?? subject, notBefore: from, notAfter: to },
    publicKey: keys.publicKey,
    extensions: extensionsOf(options, keys.publicKey, signingKeys.publicKey),
  };
  return {
    ...{ subject, keys },
    cert: signedCertificate(fields, signingKeys.privateKey),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A certificate of another hand for these hosts, with its CA. */
export function foreignCertificate(hosts: readonly string[], to: Date): NewCertificate {
  const ca = handmade({ subject: 'another CA', extensions: 'ca', to });
  const { cert, key } = handmade({ subject: 'another', signer: ca, hosts, to });
  return { ca: ca.cert, cert, key };
}

/** OpenSSL parses it, and serves nothing with it. */
export const rsa1024 = (): KeyPairKeyObjectResult => generateKeyPairSync('rsa', { modulusLength: 1024 });

const ecKeys = (): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

function extensionsOf(options: HandmadeOptions, key: KeyObject, issuerKey: KeyObject): asn1.Asn1[] {
  const { extensions = 'server', hosts = ['localhost'] } = options;
  if (extensions === 'none') return [];
  const all = extensions === 'ca' ? anyCaExtensions(key) : serverExtensions(hosts, key, issuerKey);
  if (!('usage' in options)) return all;
  const others = without(all, oid.extKeyUsage);
  return options.usage === undefined
    ? others
    : [...others, extension(oid.extKeyUsage, objectId(options.usage))];
}

/** Of a CA that may have others below it, unlike that of newCertificate. */
function anyCaExtensions(key: KeyObject): asn1.Asn1[] {
  const isCa = asn1.create(universal, asn1.Type.BOOLEAN, false, '\xff');
  return [extension(oid.basicConstraints, isCa), ...without(caExtensions(key), oid.basicConstraints)];
}

const oid = { basicConstraints: '2.5.29.19', extKeyUsage: '2.5.29.37' };
const universal = asn1.Class.UNIVERSAL;

function without(extensions: readonly asn1.Asn1[], id: string): asn1.Asn1[] {
  return extensions.filter(({ value }) => asn1.derToOid((value as asn1.Asn1[])[0]?.value as string) !== id);
}

function extension(id: string, value: asn1.Asn1): asn1.Asn1 {
  const der = asn1.toDer(sequence(value)).getBytes();
  return sequence(objectId(id), asn1.create(universal, asn1.Type.OCTETSTRING, false, der));
}

function sequence(...values: asn1.Asn1[]): asn1.Asn1 {
  return asn1.create(universal, asn1.Type.SEQUENCE, true, values);
}

function objectId(dotted: string): asn1.Asn1 {
  return asn1.create(universal, asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes());
}
