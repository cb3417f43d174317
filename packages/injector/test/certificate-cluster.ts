import { createLogger } from '@podlag/core';
import {
  mutatingWebhookConfigurations,
  secrets,
  type KubeApi,
  type Secret,
  type WebhookConfiguration,
} from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { X509Certificate } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { CaBundle } from '../src/certificates/ca-bundle';
import { readCertSecret, serviceHosts } from '../src/certificates/cert-secret';
import type { CertificateEvent } from '../src/certificates/certificate-event';
import type { CertificateSet } from '../src/certificates/certificate-set';
import { verifies } from '../src/certificates/certification-path';
import { publishedBundle } from '../src/certificates/published-bundle';
import { SelfSignedCertSource, type SelfSignedOptions } from '../src/certificates/self-signed-cert-source';
import { FakeClock } from '@podlag/core/testing';
import { afterTest } from './temporary-directory';

const namespace = 'podlag-system';
export const secretRef = { name: 'podlag-injector-certs', namespace };
export const configurationRef = { name: 'podlag-injector' };
export const hosts = serviceHosts('podlag-injector', namespace);
export const dayMs = 24 * 3_600_000;
export const emptySecret: Secret = {
  metadata: secretRef,
  type: 'Opaque',
  data: { 'ca.crt': '', 'tls.crt': '', 'tls.key': '' },
};

/** What deploy/ ships, with as many webhooks as wanted. */
export function emptyConfiguration(webhooks: number): WebhookConfiguration {
  return {
    metadata: configurationRef,
    webhooks: Array.from({ length: webhooks }, (_, index) => ({
      name: `w${index}.podlag.io`,
      clientConfig: { service: { name: 'podlag-injector', namespace } },
    })),
  };
}

/** One replica of the injector, as far as its certificate goes. */
export interface Replica {
  readonly source: SelfSignedCertSource;
  readonly events: readonly CertificateEvent[];
  /** What was logged, a line each. */
  readonly log: readonly string[];
}

/** A cluster's API server, its clock, and the replicas that have been started. */
export class CertificateCluster {
  readonly api = new FakeKubeApi();
  readonly clock = new FakeClock();
  readonly replicas: Replica[] = [];

  /** As it is after `kubectl apply -k deploy/`. */
  static installed(webhooks = 2): CertificateCluster {
    const cluster = new CertificateCluster();
    cluster.api.seed(secrets, emptySecret);
    cluster.api.seed(mutatingWebhookConfigurations, emptyConfiguration(webhooks));
    return cluster;
  }

  start(options: Partial<SelfSignedOptions> = {}, api: KubeApi = this.api): Replica {
    const events: CertificateEvent[] = [];
    const log: string[] = [];
    const source = SelfSignedCertSource.start({
      ...{ api, namespace, certSecret: secretRef.name, service: 'podlag-injector' },
      webhookConfiguration: configurationRef.name,
      certificateLifeMs: 30 * dayMs,
      lookAgainMs: dayMs,
      logger: createLogger('injector', 'debug', { write: (line: string) => void log.push(line) }),
      clock: this.clock,
      random: fixed(this.replicas.length / 10),
      onEvent: (event) => events.push(event),
      ...options,
    });
    afterTest(() => source.close());
    const replica = { source, events, log };
    this.replicas.push(replica);
    return replica;
  }

  /** Until nobody has anything to do at this time: all that happens does so in microtasks. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await turn();
  }

  /** Lets the time pass, with everything that is due in it, in its order. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.quiet();
    while ((this.clock.nextAt ?? Number.POSITIVE_INFINITY) <= end) {
      this.clock.advance(Math.max(0, (this.clock.nextAt ?? end) - this.clock.now()));
      await this.quiet();
    }
    this.clock.advance(end - this.clock.now());
    await this.quiet();
  }

  get secret(): Secret {
    return this.api.stored(secrets, secretRef);
  }

  /** What the Secret holds, which has to be good. */
  get set(): CertificateSet {
    const checked = readCertSecret(this.secret, { now: this.clock.date, hosts });
    if (checked.kind === 'bad') throw new Error(checked.detail);
    return checked.set;
  }

  /** What API servers trust, by webhook. */
  get published(): readonly CaBundle[] {
    const { webhooks = [] } = this.api.stored(mutatingWebhookConfigurations, configurationRef);
    return webhooks.map(publishedBundle);
  }

  /** The resourceVersion of what is published. */
  get version(): string | undefined {
    return this.api.stored(mutatingWebhookConfigurations, configurationRef).metadata.resourceVersion;
  }

  /** Somebody else writes the caBundle of all webhooks. */
  publish(caBundle: string): void {
    this.api.edit(mutatingWebhookConfigurations, configurationRef, (configuration) => ({
      ...configuration,
      webhooks: (configuration.webhooks ?? []).map((webhook) => ({
        ...webhook,
        clientConfig: {
          ...webhook.clientConfig,
          caBundle: Buffer.from(caBundle).toString('base64'),
        },
      })),
    }));
  }

  /** Somebody empties the Secret. */
  empty(): void {
    this.api.seed(secrets, emptySecret);
  }

  /** Whether each bundle vouches for what the replica shows. */
  isAccepted({ source }: Replica, bundles: readonly CaBundle[] = this.published): boolean {
    const leaf = new X509Certificate(source.current().cert);
    return bundles.every((bundle) => verifies(bundle, [leaf], this.clock.date));
  }
}

const fixed = (value: number): (() => number) => {
  return () => value;
};
