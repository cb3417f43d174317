import { checkCertificate } from './certificates/certificate-set';
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

/** Where the serving certificate comes from. There is one at any time, whether clients accept it or not. */
export interface CertSource {
  current(): ServingCertificate;
  /** Calls `listener` with each certificate that replaces the current one. */
  onChange(listener: (certificate: ServingCertificate) => void): void;
  /** Why no API server accepts the current certificate; undefined when nothing speaks against it. */
  blocker(): string | undefined;
  /** What somebody should look at though the current certificate is good, such as a newer one that is not. */
  caution(): string | undefined;
  close(): void;
}

export interface CertFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** The CA that clients trust (the webhook's caBundle). When given, the leaf must be signed by it. */
  readonly caFile?: string | undefined;
  /** The DNS name by which clients call, which the leaf must be for when it is given. */
  readonly host?: string | undefined;
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
export function certSourceFromFiles(
  file: LiveFile<ServingCertificate>,
  now: () => Date = () => new Date(),
): CertSource {
  return {
    current: () => file.value,
    onChange: (listener) => file.onChange(listener),
    // It was in date when it was read. The API server refuses one that has expired since, whatever is answered here.
    blocker: () =>
      file.value.notAfter <= now() ? `expired on ${file.value.notAfter.toISOString()}` : undefined,
    caution: () => file.problem,
    close: () => file.close(),
  };
}

/** @throws PodlagError `invalid-certificate`, which names the file */
function servingCertificate(files: CertFiles, contents: Contents, now: Date): ServingCertificate {
  const [cert = '', key = '', bundle] = contents.map(String);
  const names = { cert: files.certFile, key: files.keyFile, bundle: files.caFile ?? '' };
  const hosts = files.host === undefined ? [] : [files.host];
  const checked = checkCertificate({ cert, key, bundle }, { now, names, hosts });
  if (checked.kind === 'good') return { cert, key, notAfter: checked.set.notAfter };
  const hint = 'Compare the clock of this machine with that of the one that made the certificate.';
  const occurrence = checked.problem === 'not-yet-valid' ? { hint } : {};
  throw injectorErrors.error('invalid-certificate', checked.detail, occurrence);
}
