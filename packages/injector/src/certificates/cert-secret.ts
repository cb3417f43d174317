import { secrets, type ObjectRef, type Secret } from '@podlag/kube';
import { printBundle, type CaBundle } from './ca-bundle';
import {
  checkCertificate,
  type CertificateSet,
  type CheckAgainst,
  type Checked,
  type StoredCertificate,
} from './certificate-set';

/** Where the parts are in a Secret: as in the type kubernetes.io/tls, with the CAs beside them. */
const names = { bundle: 'ca.crt', cert: 'tls.crt', key: 'tls.key' } as const;

/** The DNS name by which API servers call a Service, and which the certificate has to be for. */
export function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc`;
}

/** All DNS names of a Service; the first is the one by which API servers call. */
export function serviceHosts(service: string, namespace: string): readonly string[] {
  const host = serviceHost(service, namespace);
  return [host, `${host}.cluster.local`, `${service}.${namespace}`];
}

/** What the Secret holds: a set that can be served, or the first thing that is wrong with it. */
export function readCertSecret(
  { data = {} }: Secret,
  against: Omit<CheckAgainst, 'names'>,
): Checked<CertificateSet> {
  const [bundle, cert, key] = [names.bundle, names.cert, names.key].map((name) => decoded(data[name]));
  if (!bundle && !cert && !key) return { kind: 'bad', problem: 'empty', detail: 'it is empty' };
  return checkCertificate({ bundle: bundle ?? '', cert: cert ?? '', key: key ?? '' }, { ...against, names });
}

/** The CAs in the Secret as it is, whether or not the rest of it is good. */
export function bundleTextOf({ data = {} }: Secret): string {
  return decoded(data[names.bundle]);
}

/** The Secret with this certificate in it, and everything else as it was. */
export function withCertificate(
  secret: Secret,
  { cert, key }: Pick<StoredCertificate, 'cert' | 'key'>,
  bundle: CaBundle,
): Secret {
  const data = {
    ...secret.data,
    [names.bundle]: encoded(printBundle(bundle)),
    [names.cert]: encoded(cert),
    [names.key]: encoded(key),
  };
  return { ...secret, data };
}

/** A Secret to put a certificate in, where there is none. Of the type that deploy/ has, since nobody can change it later. */
export function newCertSecret({ name, namespace }: ObjectRef): Secret {
  const { apiVersion, kind } = secrets;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    type: 'Opaque',
  };
}

function decoded(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString();
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
