import type { ObjectRef, PatchOperation, Webhook, WebhookConfiguration } from '@podlag/kube';
import * as z from 'zod';
import { isInBundle, joined, printBundle, readBundle, sameBundle, type CaBundle } from './ca-bundle';
import { verifies, type CertificateChain } from './certification-path';

/** What API servers trust when they call a Service, by webhook. */
export interface PublishedBundles {
  /** Of the configuration that it was read from. */
  readonly version: string | undefined;
  readonly webhooks: readonly PublishedBundle[];
  /** The names of the webhooks that call something else, which is not ours to vouch for. */
  readonly others: readonly string[];
}

/** What API servers trust when they call one webhook. */
export interface PublishedBundle {
  readonly name: string;
  /** Where it stands among all webhooks of the configuration. */
  readonly index: number;
  readonly bundle: CaBundle;
}

const serviceCall = z.object({ service: z.object({ name: z.string(), namespace: z.string() }) });

/** The bundles of the webhooks that call this Service. */
export function publishedBundles(
  { metadata, webhooks = [] }: WebhookConfiguration,
  service: ObjectRef,
): PublishedBundles {
  const found = webhooks.map((webhook, index) => ({ webhook, index, isOurs: calls(webhook, service) }));
  return {
    version: metadata.resourceVersion,
    webhooks: found
      .filter(({ isOurs }) => isOurs)
      .map(({ webhook, index }) => ({ name: webhook.name, index, bundle: publishedBundle(webhook) })),
    others: found.filter(({ isOurs }) => !isOurs).map(({ webhook }) => webhook.name),
  };
}

/** What API servers trust when they call a webhook. Something else than certificates counts as nothing. */
export function publishedBundle({ clientConfig }: Webhook): CaBundle {
  return readBundle(Buffer.from(clientConfig.caBundle ?? '', 'base64').toString()) ?? [];
}

/** Whether each of the webhooks trusts these CAs, and no other. */
export function publishes({ webhooks }: PublishedBundles, bundle: CaBundle): boolean {
  return webhooks.every((published) => sameBundle(published.bundle, bundle));
}

/** The CAs that every one of the webhooks trusts. */
export function commonBundle({ webhooks }: PublishedBundles): CaBundle {
  const [first = [], ...rest] = webhooks.map(({ bundle }) => bundle);
  return first.filter((ca) => rest.every((bundle) => isInBundle(ca, bundle)));
}

/** The CAs that some of the webhooks trust. */
export function anyBundle({ webhooks }: PublishedBundles): CaBundle {
  return webhooks.reduce((all: CaBundle, { bundle }) => joined(all, bundle), []);
}

/** The webhooks for which API servers do not accept the chain. */
export function webhooksThatRefuse(
  { webhooks }: PublishedBundles,
  chain: CertificateChain,
  now: Date,
): readonly string[] {
  return webhooks.filter(({ bundle }) => !verifies(bundle, chain, now)).map(({ name }) => name);
}

/** Makes each of the webhooks trust these CAs: of this version of the configuration, or not at all. */
export function publishingPatch({ version, webhooks }: PublishedBundles, bundle: CaBundle): PatchOperation[] {
  const value = Buffer.from(printBundle(bundle)).toString('base64');
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    ...webhooks.map(({ index }): PatchOperation => {
      return { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value };
    }),
  ];
}

function calls({ clientConfig }: Webhook, { name, namespace }: ObjectRef): boolean {
  const call = serviceCall.safeParse(clientConfig);
  return call.success && call.data.service.name === name && call.data.service.namespace === namespace;
}
