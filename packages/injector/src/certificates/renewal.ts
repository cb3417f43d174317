import type { Secret } from '@podlag/kube';
import { isInBundle, joined, readBundle, sameBundle, type CaBundle } from './ca-bundle';
import { bundleTextOf, readCertSecret } from './cert-secret';
import type { CertificateSet } from './certificate-set';
import { isMadeForLonger } from './new-certificate';
import { hasExpired } from './validity';

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
  /**
   * For how long a new certificate would be made, in milliseconds. One that newCertificate made for longer is renewed,
   * since a shorter life is asked for now. Not given: however long it lives.
   */
  readonly lifeMs?: number;
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
  const all = joined(readBundle(bundleTextOf(secret)) ?? [], served);
  // Those that are not valid yet stay: perhaps it is our clock that is wrong.
  const inUse = all.filter((ca) => !hasExpired(ca, now));
  if (stored.kind === 'bad')
    return { kind: 'renew', set: undefined, oldBundle: inUse, reason: stored.detail };
  const { set } = stored;
  const due = renewalDue(set, terms.jitter);
  const reason = reasonToRenew(set, due, terms);
  if (reason !== undefined) return { kind: 'renew', set, oldBundle: inUse, reason };
  const bundle = renewedBundle(set.anchor ? [set.anchor] : [], inUse);
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
export function renewalDue({ leaf, notAfter }: CertificateSet, jitter: number): Date {
  const notBeforeMs = leaf.validFromDate.getTime();
  const lifeMs = notAfter.getTime() - notBeforeMs;
  return new Date(notBeforeMs + lifeMs * (renewalShare + jitterShare * jitter));
}

function reasonToRenew(set: CertificateSet, due: Date, { now, lifeMs }: RenewalTerms): string | undefined {
  const { leaf, notAfter } = set;
  if (due <= now) {
    const what = notAfter < leaf.validToDate ? 'the CA above it' : 'it';
    return `two thirds of its life are over, ${what} expires on ${notAfter.toISOString()}`;
  }
  if (lifeMs === undefined || !isMadeForLonger(leaf, lifeMs)) return undefined;
  return `it was made for longer than certificates are to live now, until ${notAfter.toISOString()}`;
}

function differenceOf(stored: CaBundle, wanted: CaBundle): string {
  const isMissing = wanted.some((ca) => !isInBundle(ca, stored));
  return isMissing ? 'the CA that this replica serves under is missing in it' : 'a CA in it has expired';
}

function earliest(dates: readonly Date[]): Date {
  return new Date(Math.min(...dates.map((date) => date.getTime())));
}
