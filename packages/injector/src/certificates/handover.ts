import { sameBundle } from './ca-bundle';
import type { CertificateSet } from './certificate-set';
import type { Known } from './followed-object';
import { webhooksThatRefuse, type PublishedBundles } from './published-bundle';

/** What the decision to serve another certificate depends on. */
export interface HandoverState {
  readonly now: Date;
  /** Undefined: only the throw-away certificate of the start. */
  readonly serving: CertificateSet | undefined;
  /** What the Secret holds. */
  readonly stored: CertificateSet | undefined;
  readonly configuration: Known<PublishedBundles>;
  /** Since when the CA of the stored one has been seen in the published bundle, through the watch. */
  readonly publishedSince: Date | undefined;
  /** How long API servers may take to hear of what is published, in milliseconds. */
  readonly settleMs: number;
}

/** Whether to serve the stored certificate from now on. */
export type Handover =
  { readonly kind: 'stay' } | { readonly kind: 'switch' } | { readonly kind: 'wait'; readonly until: Date };

/**
 * A renewed certificate is served only when every API server trusts its CA. Until then the old one is, as long as it
 * is any good.
 */
export function handover(state: HandoverState): Handover {
  const { serving, stored, configuration, publishedSince, settleMs, now } = state;
  if (stored === undefined || isSame(stored, serving)) return { kind: 'stay' };
  if (serving === undefined || serving.notAfter <= now) return { kind: 'switch' };
  // Nobody calls.
  if (configuration.kind === 'missing') return { kind: 'switch' };
  if (configuration.kind === 'found' && isOnlyAcceptedOne(stored, serving, configuration.object, now)) {
    return { kind: 'switch' };
  }
  if (publishedSince === undefined) return { kind: 'stay' };
  const until = new Date(publishedSince.getTime() + settleMs);
  return until <= now ? { kind: 'switch' } : { kind: 'wait', until };
}

function isSame(one: CertificateSet, other: CertificateSet | undefined): boolean {
  // An intermediate CA beside the leaf is shown to clients too.
  return other !== undefined && sameBundle(one.chain, other.chain);
}

function isOnlyAcceptedOne(
  stored: CertificateSet,
  serving: CertificateSet,
  published: PublishedBundles,
  now: Date,
): boolean {
  const refusals = ({ chain }: CertificateSet): number => webhooksThatRefuse(published, chain, now).length;
  return refusals(serving) > 0 && refusals(stored) === 0;
}
