import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { injectorErrors } from './injector-errors';
import type { LiveFile, LiveFileOptions } from './live-file';
import type { Contents } from './file-watcher';

/** What a TLS server shows to its clients. */
export interface ServingCertificate {
  /** PEM: the leaf first, then what leads from it to a CA that the client knows. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly notAfter: Date;
}

/** Where the serving certificate comes from. What it gives has been checked: the key belongs to it, and it is in date. */
export interface CertSource {
  current(): ServingCertificate;
  /** Calls `listener` with each certificate that replaces the current one. */
  onChange(listener: (certificate: ServingCertificate) => void): void;
  /** Why a newer certificate is not in use; undefined when there is nothing to say. */
  problem(): string | undefined;
  close(): void;
}

export interface CertFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** The CA that clients trust (the webhook's caBundle). When given, the leaf must be signed by it. */
  readonly caFile?: string | undefined;
}

/** How to open certificate files, from cert-manager or another hand, as a live file. */
export function certFiles(
  files: CertFiles,
  now: () => Date = () => new Date(),
): Pick<LiveFileOptions<ServingCertificate>, 'label' | 'paths' | 'parse'> {
  const paths = [files.certFile, files.keyFile, ...(files.caFile === undefined ? [] : [files.caFile])];
  return { label: 'certificate', paths, parse: (contents) => servingCertificate(files, contents, now()) };
}

/** A source out of live certificate files. */
export function certSourceFromFiles(file: LiveFile<ServingCertificate>): CertSource {
  return {
    current: () => file.value,
    onChange: (listener) => file.onChange(listener),
    problem: () => file.problem,
    close: () => file.close(),
  };
}

/** @throws PodlagError `invalid-certificate`, which names the file */
function servingCertificate(files: CertFiles, contents: Contents, now: Date): ServingCertificate {
  const [cert = '', key = '', ca] = contents.map(String);
  const leaf = readCertificate(files.certFile, cert);
  const privateKey = readKey(files.keyFile, key);
  if (!leaf.checkPrivateKey(privateKey)) {
    throw invalid(`${files.keyFile}: is not the key of the certificate in ${files.certFile}`);
  }
  const { validFromDate: notBefore, validToDate: notAfter } = leaf;
  if (notAfter <= now) throw invalid(`${files.certFile}: expired on ${notAfter.toISOString()}`);
  if (notBefore > now) {
    const hint = 'Compare the clock of this machine with that of the one that made the certificate.';
    throw invalid(`${files.certFile}: is not valid before ${notBefore.toISOString()}`, hint);
  }
  if (ca !== undefined) checkIssuer(files, leaf, ca);
  return { cert, key, notAfter };
}

function checkIssuer({ certFile, caFile = '' }: CertFiles, leaf: X509Certificate, bundle: string): void {
  const pems = bundle.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];
  const signed = pems.some((pem) => {
    const ca = readCertificate(caFile, pem);
    return leaf.checkIssued(ca) && leaf.verify(ca.publicKey);
  });
  if (!signed) throw invalid(`${certFile}: is not signed by a CA in ${caFile}`);
}

function readCertificate(file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw invalid(`${file}: is not a PEM certificate`, undefined, cause);
  }
}

function readKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw invalid(`${file}: is not a PEM private key without a passphrase`, undefined, cause);
  }
}

function invalid(detail: string, hint?: string, cause?: unknown): Error {
  return injectorErrors.error('invalid-certificate', detail, {
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
