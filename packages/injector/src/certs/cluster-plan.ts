import type { Secret } from '@podlag/kube';
import { sameBundle, type CaBundle } from '../certificates/ca-bundle';
import type { PublishedBundles } from '../certificates/published-bundle';
import { renewal, renewalDue, type Renewal } from '../certificates/renewal';

/** What is there. */
export interface ClusterState {
  /** One that is not stored yet has no resourceVersion. */
  readonly secret: Secret;
  /** Undefined when there is no webhook configuration. */
  readonly published: PublishedBundles | undefined;
}

/** What is asked for. */
export interface PlanTerms {
  readonly now: Date;
  /** The DNS names that the certificate has to be for. */
  readonly hosts: readonly string[];
  /** A new certificate, however good the old one is. */
  readonly renew: boolean;
}

/** What to do with the Secret. Pure; a certificate that has more than a third of its life left is kept. */
export function planSecret({ secret }: ClusterState, { now, hosts, renew }: PlanTerms): Renewal {
  const verdict = renewal(secret, { now, hosts, served: [], jitter: 0 });
  if (!renew || verdict.kind === 'renew') return verdict;
  const oldBundle = verdict.kind === 'keep' ? verdict.set.bundle : verdict.bundle;
  return { kind: 'renew', set: verdict.set, oldBundle, reason: 'asked for by --renew' };
}

/** The webhooks that do not trust exactly these CAs; all of them when it is not known yet which those will be. */
export function webhooksToChange(
  { webhooks }: PublishedBundles,
  bundle: CaBundle | undefined,
): readonly string[] {
  return webhooks
    .filter((published) => bundle === undefined || !sameBundle(published.bundle, bundle))
    .map(({ name }) => name);
}

/** What happens to the Secret, in a line: `secret/podlag-injector-certs replaced: it is empty`. */
export function secretLine({ secret }: ClusterState, verdict: Renewal, mark: string): string {
  const done = secret.metadata.resourceVersion === undefined ? 'created' : 'replaced';
  const name = `secret/${secret.metadata.name}`;
  if (verdict.kind !== 'keep') {
    const reason = done === 'created' ? 'there was none' : verdict.reason;
    return `${name} ${done}${mark}: ${reason}`;
  }
  const { set } = verdict;
  const [until, due] = [set.notAfter, renewalDue(set, 0)].map((date) => date.toISOString().slice(0, 10));
  return `${name} kept: its certificate is valid until ${until ?? ''}, and will be renewed from ${due ?? ''} on`;
}

/** What happens to the webhook configuration, in a line. */
export function webhooksLine(name: string, webhooks: readonly string[], mark: string): string {
  const what = `mutatingwebhookconfiguration/${name}`;
  return webhooks.length === 0
    ? `${what} kept: the caBundle of each webhook is right`
    : `${what} patched${mark}: caBundle of ${webhooks.join(', ')}`;
}
