import type { PatchOperation, Webhook, WebhookConfiguration } from '@podlag/kube';
import type { X509Certificate } from 'node:crypto';
import { isInBundle, printBundle, readBundle, sameBundle, verifies, type CaBundle } from './ca-bundle';

/** What API servers trust when they call a webhook. Something else than certificates counts as nothing. */
export function publishedBundle({ clientConfig }: Webhook): CaBundle {
  return readBundle(Buffer.from(clientConfig.caBundle ?? '', 'base64').toString()) ?? [];
}

/** Whether each of its webhooks trusts these CAs, and no other. */
export function publishes(configuration: WebhookConfiguration, bundle: CaBundle): boolean {
  return webhooksOf(configuration).every((webhook) => sameBundle(publishedBundle(webhook), bundle));
}

/** The CAs that every one of its webhooks trusts. */
export function commonBundle(configuration: WebhookConfiguration): CaBundle {
  const [first = [], ...rest] = webhooksOf(configuration).map(publishedBundle);
  return first.filter((ca) => rest.every((bundle) => isInBundle(ca, bundle)));
}

/** The webhooks for which API servers do not accept the leaf. */
export function webhooksThatRefuse(
  configuration: WebhookConfiguration,
  leaf: X509Certificate,
  now: Date,
): readonly string[] {
  return webhooksOf(configuration)
    .filter((webhook) => !verifies(publishedBundle(webhook), leaf, now))
    .map(({ name }) => name);
}

/** Makes each webhook trust these CAs: of this version of the configuration, or not at all. */
export function publishingPatch(configuration: WebhookConfiguration, bundle: CaBundle): PatchOperation[] {
  const value = Buffer.from(printBundle(bundle)).toString('base64');
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: configuration.metadata.resourceVersion },
    ...webhooksOf(configuration).map((_, index): PatchOperation => {
      return { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value };
    }),
  ];
}

function webhooksOf({ webhooks = [] }: WebhookConfiguration): readonly Webhook[] {
  return webhooks;
}
