import type { Secret } from '@podlag/kube';
import type { X509Certificate } from 'node:crypto';
import { isInBundle, isInDate, issuerIn, joined, readBundle, sameBundle, type CaBundle } from './ca-bundle';
import { bundleTextOf, readCertSecret } from './cert-secret';
import type { CertificateSet } from './certificate-set';

/** What is to become of a certificate that is stored in a Secret. */
export type Renewal =
  /** Right as it is, until then. */
  | { readonly kind: 'keep'; readonly set: CertificateSet; readonly until: Date }
  /** The certificate is right, but the CAs beside it are to be these. */
  | {
      readonly kind: 'rebundle';
      readonly set: CertificateSet;
      readonly bundle: CaBundle;
      readonly reason: string;
    }
  /** A new certificate is to take its place, with its CA before these, which are still in use. */
  | {
      readonly kind: 'renew';
      /** The one that is still good; undefined where nothing is. */
      readonly set: CertificateSet | undefined;
      readonly oldBundle: CaBundle;
      readonly reason: string;
    };

/** What a renewal depends on beside the Secret. */
export interface RenewalTerms {
  readonly now: Date;
  readonly hosts: readonly string[];
  /** The CAs under which this process serves: none of them may leave the bundle before its end. */
  readonly served: CaBundle;
  /** From 0 to 1, different in each replica: who draws the least renews, and the others find it done. */
  readonly jitter: number;
}

/** When a certificate is renewed, as a share of its life. A third is left for somebody to notice that it does not work. */
const renewalShare = 2 / 3;
/** How far apart replicas renew at most, as a share of the life: half an hour of 30 days. */
const jitterShare = 1 / 1440;
/**
 * A Secret that is emptied over and over, as by a tool that holds it to an empty one in Git, gets a new CA each time. API
 * objects end at 1.5 MB.
 */
const mostAuthorities = 16;

/** The whole judgement on the Secret. Pure: all replicas that see the same come to the same, but for the jitter. */
export function renewal(secret: Secret, terms: RenewalTerms): Renewal {
  const { now, served } = terms;
  const stored = readCertSecret(secret, terms);
  const inUse = inDate(joined(readBundle(bundleTextOf(secret)) ?? [], served), now);
  if (stored.kind === 'bad')
    return { kind: 'renew', set: undefined, oldBundle: inUse, reason: stored.detail };
  const { set } = stored;
  const due = renewalDue(set.leaf, terms.jitter);
  if (due <= now) {
    const reason = `two thirds of its life are over, it expires on ${set.leaf.validToDate.toISOString()}`;
    return { kind: 'renew', set, oldBundle: inUse, reason };
  }
  const issuer = issuerIn(set.bundle, set.leaf, now);
  const bundle = renewedBundle(issuer ? [issuer] : [], inUse);
  if (!sameBundle(bundle, set.bundle)) {
    return { kind: 'rebundle', set, bundle, reason: differenceOf(set.bundle, bundle) };
  }
  return { kind: 'keep', set, until: earliest([due, ...bundle.map(({ validToDate }) => validToDate)]) };
}

/** The bundle after a renewal: the new CA first. */
export function renewedBundle(newBundle: CaBundle, oldBundle: CaBundle): CaBundle {
  return joined(newBundle, oldBundle).slice(0, mostAuthorities);
}

/** When the certificate is to be renewed by a replica that drew this jitter, from 0 to 1. */
export function renewalDue({ validFromDate, validToDate }: X509Certificate, jitter: number): Date {
  const lifeMs = validToDate.getTime() - validFromDate.getTime();
  return new Date(validFromDate.getTime() + lifeMs * (renewalShare + jitterShare * jitter));
}

function inDate(bundle: CaBundle, now: Date): CaBundle {
  return bundle.filter((ca) => isInDate(ca, now));
}

function differenceOf(stored: CaBundle, wanted: CaBundle): string {
  const isMissing = wanted.some((ca) => !isInBundle(ca, stored));
  return isMissing ? 'the CA that this replica serves under is missing in it' : 'a CA in it has expired';
}

function earliest(dates: readonly Date[]): Date {
  return new Date(Math.min(...dates.map((date) => date.getTime())));
}
