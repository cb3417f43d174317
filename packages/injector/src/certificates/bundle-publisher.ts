import type { Clock } from '@podlag/core';
import {
  mutatingWebhookConfigurations,
  type KubeApi,
  type ObjectRef,
  type WebhookConfiguration,
} from '@podlag/kube';
import type { X509Certificate } from 'node:crypto';
import { sameBundle, type CaBundle } from './ca-bundle';
import type { CertificateEvent } from './certificate-event';
import { FollowedObject, type Known } from './followed-object';
import { unlessOutpaced } from './outpaced';
import { Pace } from './pace';
import { bundleToPublish, type Publication } from './publication';
import {
  commonBundle,
  publishedBundles,
  publishes,
  publishingPatch,
  type PublishedBundles,
} from './published-bundle';

/** What a publisher works with, and whom it tells. */
export interface BundlePublisherParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly configuration: ObjectRef;
  /** The webhooks that call it are ours. */
  readonly service: ObjectRef;
  /** Reads the Secret anew, and tells what is to be published. */
  readonly readPublication: () => Promise<Publication | undefined>;
  readonly onNews: () => void;
  readonly onEvent: (event: CertificateEvent) => void;
}

/** Keeps the caBundle of each webhook of the configuration that calls our Service at what the Secret says. */
export class BundlePublisher {
  private readonly followed: FollowedObject<WebhookConfiguration>;
  private readonly pace = new Pace();
  /** By fingerprint: since when the watch has shown each CA, without a break. */
  private seen: ReadonlyMap<string, Date> = new Map();
  /** What was published the last time that all was right. */
  private lastRight: CaBundle | undefined;

  constructor(private readonly parts: BundlePublisherParts) {
    const { api, clock, configuration: ref, onNews } = parts;
    const resource = mutatingWebhookConfigurations;
    const heard = (): void => {
      if (this.followed.silence === undefined) this.noteAuthorities();
      onNews();
    };
    this.followed = new FollowedObject({ api, clock, resource, ref, onNews: heard });
  }

  get configuration(): Known<PublishedBundles> {
    const { known } = this.followed;
    if (known.kind !== 'found') return known;
    const object = publishedBundles(known.object, this.parts.service);
    // An API server that has no webhook to call is one that has no configuration.
    return object.webhooks.length === 0 ? { kind: 'missing' } : { kind: 'found', object };
  }

  /** `MutatingWebhookConfiguration podlag-injector` */
  get label(): string {
    return this.followed.label;
  }

  /** Since when the watch has shown this CA in the bundle of every webhook. */
  publishedSince(ca: X509Certificate): Date | undefined {
    return this.seen.get(ca.fingerprint256);
  }

  /** Why nothing new is heard of the configuration. */
  get silence(): string | undefined {
    return this.followed.silence;
  }

  get caution(): string | undefined {
    if (this.configuration.kind === 'missing') {
      const { name, namespace = '' } = this.parts.service;
      const what = `${this.label} with a webhook for Service ${namespace}/${name}`;
      return `there is no ${what}, so no API server calls: apply deploy/, which brings it`;
    }
    const times = this.pace.repetitions(this.parts.clock.now());
    if (times < 2) return undefined;
    return `${this.label}: somebody else has written another caBundle ${times} times; find it with --show-managed-fields`;
  }

  /**
   * Publishes the CAs, where they are not.
   *
   * @returns when to look again, in milliseconds since the epoch
   * @throws PodlagError when the API server does not let it
   */
  async look(publication: Publication | undefined): Promise<number | undefined> {
    if (this.isRight(publication)) return undefined;
    return unlessOutpaced(
      () => this.correct(),
      () => this.followed.read(),
    );
  }

  close(): void {
    this.followed.close();
  }

  private async correct(): Promise<number | undefined> {
    // The order makes it safe: the configuration first, the Secret after it, and the patch for that configuration alone.
    // So a replica that lags behind never takes away what another has published since.
    const { configuration } = this;
    const wanted = await this.parts.readPublication();
    if (configuration.kind !== 'found' || wanted === undefined || this.isRight(wanted)) return undefined;
    const notBefore = this.whenToRepair(wanted);
    if (notBefore > this.parts.clock.now()) return notBefore;
    await this.publish(configuration.object, wanted);
    return undefined;
  }

  private isRight(publication: Publication | undefined): boolean {
    const { configuration } = this;
    if (publication === undefined || configuration.kind !== 'found') return true;
    const bundle = bundleToPublish(publication, configuration.object);
    if (!publishes(configuration.object, bundle)) return false;
    this.lastRight = publication.bundle;
    return true;
  }

  private whenToRepair(wanted: Publication): number {
    const now = this.parts.clock.now();
    return this.isRepair(wanted) ? this.pace.notBefore(now) : now;
  }

  /** Whether it was right before, with the same Secret. */
  private isRepair({ bundle }: Publication): boolean {
    return this.lastRight !== undefined && sameBundle(this.lastRight, bundle);
  }

  private async publish(before: PublishedBundles, wanted: Publication): Promise<void> {
    const { api, configuration: ref, clock, onEvent } = this.parts;
    const operations = publishingPatch(before, bundleToPublish(wanted, before));
    const isRepair = this.isRepair(wanted);
    this.followed.written(await api.patch(mutatingWebhookConfigurations, ref, operations));
    this.lastRight = wanted.bundle;
    if (isRepair) this.pace.happened(clock.now());
    onEvent({ kind: isRepair ? 'repaired' : 'published' });
  }

  private noteAuthorities(): void {
    const { configuration } = this;
    const now = new Date(this.parts.clock.now());
    const common = configuration.kind === 'found' ? commonBundle(configuration.object) : [];
    this.seen = new Map(
      common.map(({ fingerprint256 }) => [fingerprint256, this.seen.get(fingerprint256) ?? now]),
    );
  }
}
