import { newAuthority } from '@podlag/pki';

/** A certificate and its private key, both PEM. */
export interface CertificateAndKey {
  readonly cert: string;
  readonly key: string;
}

/** All that the ends of one run's channel show each other and trust. */
export interface RunCertificates {
  /** PEM. Its private key is kept nowhere. */
  readonly ca: string;
  readonly orchestrator: CertificateAndKey;
  /** By worker. */
  readonly workers: Readonly<Record<string, CertificateAndKey>>;
}

/** For whom, and for how long. */
export interface RunCertificatesOptions {
  /** DNS names and IP addresses by which workers call the orchestrator; at least one. */
  readonly orchestrator: readonly string[];
  /** Names of the workers: each becomes the common name of its certificate. */
  readonly workers: readonly string[];
  /** How long all are valid from `now`, milliseconds. */
  readonly lifeMs: number;
  readonly now: Date;
}

/**
 * A CA for one run alone, and what it signs: so a certificate of one run is worth nothing in another, and who gets hold of
 * all that is stored can show these names and sign no others.
 */
export function newRunCertificates({
  orchestrator,
  workers,
  lifeMs,
  now,
}: RunCertificatesOptions): RunCertificates {
  const authority = newAuthority({ name: 'podlag-bench CA', lifeMs, now });
  return {
    ca: authority.cert,
    orchestrator: authority.issueForServer('podlag-bench orchestrator', orchestrator),
    workers: Object.fromEntries(workers.map((name) => [name, authority.issueForClient(name)])),
  };
}
