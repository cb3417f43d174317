import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { asn1, pki, util } from 'node-forge';

/** The fields of a certificate (RFC 5280, 4.1) that differ from one to the next. */
export interface CertificateFields {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly asn1.Asn1[];
}

const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

/**
 * A certificate in PEM, signed by a P-256 key. Forge lays out the ASN.1 but knows RSA alone: so the fields are put
 * together here, and OpenSSL signs them.
 */
export function signedCertificate(fields: CertificateFields, signingKey: KeyObject): string {
  const toBeSigned = tbsCertificate(fields);
  const signature = sign('sha256', Buffer.from(derOf(toBeSigned), 'binary'), signingKey);
  const certificate = sequence(toBeSigned, algorithm(), bitString(0, signature.toString('binary')));
  return pemOf(derOf(certificate));
}

/** RFC 5280, 4.2.1.9 and 4.2.1.3: signs leaves, and no CA below it. */
export function caExtensions(publicKey: KeyObject): asn1.Asn1[] {
  return [
    extension(oid.basicConstraints, sequence(primitive(asn1.Type.BOOLEAN, '\xff'), integer('\0')), true),
    // keyCertSign (5) and cRLSign (6): the first bit is the highest, and one bit of the octet is unused.
    extension(oid.keyUsage, bitString(1, '\x06'), true),
    extension(oid.subjectKeyIdentifier, primitive(asn1.Type.OCTETSTRING, keyIdentifier(publicKey))),
  ];
}

/** RFC 5280, 4.2.1: for a TLS server that goes by these DNS names and IP addresses. */
export function serverExtensions(
  hosts: readonly string[],
  publicKey: KeyObject,
  issuerKey: KeyObject,
): asn1.Asn1[] {
  return [
    ...leafExtensions(oid.serverAuth),
    extension(oid.subjectAltName, sequence(...hosts.map(generalName))),
    ...keyIdentifiers(publicKey, issuerKey),
  ];
}

/** RFC 5280, 4.2.1: for a TLS client. It goes by the subject's common name. */
export function clientExtensions(publicKey: KeyObject, issuerKey: KeyObject): asn1.Asn1[] {
  return [...leafExtensions(oid.clientAuth), ...keyIdentifiers(publicKey, issuerKey)];
}

function leafExtensions(extendedKeyUsage: string): asn1.Asn1[] {
  return [
    extension(oid.basicConstraints, sequence(), true),
    // digitalSignature (0); keyEncipherment is for RSA keys.
    extension(oid.keyUsage, bitString(7, '\x80'), true),
    extension(oid.extKeyUsage, sequence(objectId(extendedKeyUsage))),
  ];
}

function keyIdentifiers(publicKey: KeyObject, issuerKey: KeyObject): asn1.Asn1[] {
  return [
    extension(oid.subjectKeyIdentifier, primitive(asn1.Type.OCTETSTRING, keyIdentifier(publicKey))),
    extension(oid.authorityKeyIdentifier, sequence(tagged(0, keyIdentifier(issuerKey)))),
  ];
}

function tbsCertificate(fields: CertificateFields): asn1.Asn1 {
  const spki = fields.publicKey.export({ type: 'spki', format: 'der' }).toString('binary');
  return sequence(
    // v3 is written as 2.
    tagged(0, [integer('\x02')]),
    integer(randomSerial()),
    algorithm(),
    name(fields.issuer),
    sequence(time(fields.notBefore), time(fields.notAfter)),
    name(fields.subject),
    asn1.fromDer(spki),
    tagged(3, [sequence(...fields.extensions)]),
  );
}

function extension(id: string, value: asn1.Asn1, critical = false): asn1.Asn1 {
  const flag = critical ? [primitive(asn1.Type.BOOLEAN, '\xff')] : [];
  return sequence(objectId(id), ...flag, primitive(asn1.Type.OCTETSTRING, derOf(value)));
}

/** RFC 7093, 2, method 4: the hash of the key, as it stands in the certificate. */
function keyIdentifier(key: KeyObject): string {
  const spki = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest().toString('binary');
}

/** RFC 5280, 4.1.2.2: positive, at most 20 octets. The first octet is 1 to 127. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) % 127) + 1;
  return bytes.toString('binary');
}

/** RFC 5280, 4.1.2.5: the years to 2049 have two digits. */
function time(date: Date): asn1.Asn1 {
  return date.getUTCFullYear() < 2050
    ? primitive(asn1.Type.UTCTIME, asn1.dateToUtcTime(date))
    : primitive(asn1.Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
}

/** RFC 5280, 4.2.1.6: 2 is dNSName, 7 iPAddress. */
function generalName(host: string): asn1.Asn1 {
  return isIP(host) === 0 ? tagged(2, host) : tagged(7, addressBytes(host));
}

function addressBytes(address: string): string {
  // Missing in forge's types.
  const { bytesFromIP } = util as unknown as { bytesFromIP: (address: string) => string | null };
  return bytesFromIP(address) ?? '';
}

function name(commonName: string): asn1.Asn1 {
  return pki.distinguishedNameToAsn1({ attributes: [{ type: '2.5.4.3', value: commonName }] });
}

/** Without parameters, not even NULL: RFC 5758, 3.2. */
function algorithm(): asn1.Asn1 {
  return sequence(objectId(oid.ecdsaWithSha256));
}

function objectId(dotted: string): asn1.Asn1 {
  return primitive(asn1.Type.OID, asn1.oidToDer(dotted).getBytes());
}

function integer(bytes: string): asn1.Asn1 {
  return primitive(asn1.Type.INTEGER, bytes);
}

function bitString(unusedBits: number, bytes: string): asn1.Asn1 {
  return primitive(asn1.Type.BITSTRING, String.fromCharCode(unusedBits) + bytes);
}

function primitive(type: asn1.Type, bytes: string): asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, type, false, bytes);
}

function sequence(...values: asn1.Asn1[]): asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, values);
}

function tagged(tag: number, value: string | asn1.Asn1[]): asn1.Asn1 {
  const node = asn1.create(asn1.Class.CONTEXT_SPECIFIC, asn1.Type.NONE, typeof value !== 'string', value);
  // Forge's types know the universal tags alone.
  return Object.assign(node, { type: tag });
}

function derOf(value: asn1.Asn1): string {
  return asn1.toDer(value).getBytes();
}

function pemOf(der: string): string {
  const lines = util.encode64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
