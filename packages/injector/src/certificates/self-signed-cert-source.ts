import { Backoff, isPodlagError, systemClock, type Clock, type Logger } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import { X509Certificate } from 'node:crypto';
import type { CertSource, ServingCertificate } from '../cert-source';
import { BundlePublisher } from './bundle-publisher';
import { joined, type CaBundle } from './ca-bundle';
import { serviceHosts } from './cert-secret';
import type { CertificateEvent } from './certificate-event';
import type { CertificateSet } from './certificate-set';
import { handover } from './handover';
import { newCertificate } from './new-certificate';
import { webhooksThatRefuse } from './published-bundle';
import { StoredCertificate } from './stored-certificate';

/** Where the certificate and the webhooks are, and how long certificates live. */
export interface SelfSignedOptions {
  readonly api: KubeApi;
  readonly logger: Logger;
  readonly namespace: string;
  /** The Secret in that namespace. */
  readonly certSecret: string;
  /** The Service in that namespace by which API servers call. */
  readonly service: string;
  /** The MutatingWebhookConfiguration. */
  readonly webhookConfiguration: string;
  readonly certificateLifeMs: number;
  /** How long API servers may take to hear of a new caBundle, in milliseconds. Default 5 s. */
  readonly settleMs?: number;
  readonly clock?: Clock;
  /** How often to look at everything though nothing is due, in milliseconds: clocks are set, and machines sleep. Default 1 h. */
  readonly lookAgainMs?: number;
  /** From 0 to 1, different in each replica: so that they do not all do the same at once. Default Math.random. */
  readonly random?: () => number;
  readonly onEvent?: (event: CertificateEvent) => void;
}

/** A watch that works again leads to a look at once. */
const retries = { firstMs: 1_000, mostMs: 300_000 };

/**
 * Certificates of the injector's own making. A Secret holds them for all replicas, and the caBundle of the webhook
 * configuration follows it. What is served stays accepted through a renewal: the Secret gets the new certificate with
 * both CAs; the CAs are published; and when every API server knows them, each replica serves the new one.
 */
export class SelfSignedCertSource implements CertSource {
  private readonly stored: StoredCertificate;
  private readonly publisher: BundlePublisher;
  private readonly clock: Clock;
  private readonly failures = new Map<Part, Failure>();
  private readonly listeners: ((certificate: ServingCertificate) => void)[] = [];
  private readonly throwAway: ServingCertificate;
  private serving: CertificateSet | undefined;
  private stopTimer: () => void = () => undefined;
  private isNews = false;
  private isLooking = false;
  private isClosed = false;

  private constructor(private readonly options: SelfSignedOptions) {
    const { api, namespace, certSecret, service, certificateLifeMs: lifeMs } = options;
    const { clock = systemClock, random = Math.random } = options;
    const hosts = serviceHosts(service, namespace);
    const made = newCertificate({ hosts, lifeMs, now: new Date(clock.now()) });
    this.throwAway = { ...made, notAfter: new X509Certificate(made.cert).validToDate };
    this.clock = clock;
    const onNews = (): void => this.lookSoon();
    const onEvent = (event: CertificateEvent): void => this.tell(event);
    this.stored = new StoredCertificate({
      ...{ api, clock, hosts, lifeMs, onNews, onEvent },
      secret: { name: certSecret, namespace },
      jitter: random(),
    });
    this.publisher = new BundlePublisher({
      ...{ api, clock, onNews, onEvent },
      configuration: { name: options.webhookConfiguration },
      service: { name: service, namespace },
      readPublication: async () => {
        await this.stored.read(this.served());
        return this.stored.publication;
      },
    });
  }

  /** Serves at once, if only a certificate that nobody trusts: probes do not look at it. `blocker` says so. */
  static start(options: SelfSignedOptions): SelfSignedCertSource {
    return new SelfSignedCertSource(options);
  }

  current(): ServingCertificate {
    return this.serving ?? this.throwAway;
  }

  onChange(listener: (certificate: ServingCertificate) => void): void {
    this.listeners.push(listener);
  }

  blocker(): string | undefined {
    const { serving, publisher } = this;
    if (serving === undefined) {
      const problem = this.stored.problem ?? this.why('serving') ?? 'it is being read';
      return `no certificate yet: ${problem}${inBrackets(this.why('secret'))}`;
    }
    const { notAfter, chain } = serving;
    const now = this.now();
    if (notAfter <= now) return `expired on ${notAfter.toISOString()}`;
    const { configuration, label } = publisher;
    if (configuration.kind !== 'found') return undefined;
    const [refused] = webhooksThatRefuse(configuration.object, chain, now);
    if (refused === undefined) return undefined;
    return `the caBundle of ${refused} in ${label} does not vouch for it${inBrackets(this.why('webhooks'))}`;
  }

  caution(): string | undefined {
    const told = [
      this.serving && this.stored.problem,
      this.why('secret'),
      this.stored.caution,
      this.serving && this.why('serving'),
      this.publisher.caution,
      this.why('webhooks'),
    ];
    return told.filter((text) => text !== undefined).join('; ') || undefined;
  }

  close(): void {
    this.isClosed = true;
    this.stopTimer();
    this.stored.close();
    this.publisher.close();
  }

  private now(): Date {
    return new Date(this.clock.now());
  }

  /** The CAs that have to stay published: of what is served, and of what is about to be. */
  private served(): CaBundle {
    return joined(
      [],
      [this.serving, this.stored.set].flatMap((set) => set?.anchor ?? []),
    );
  }

  private lookSoon(): void {
    this.isNews = true;
    if (!this.isLooking && !this.isClosed) void this.lookUntilNothingIsNew();
  }

  private async lookUntilNothingIsNew(): Promise<void> {
    this.isLooking = true;
    let next = Number.POSITIVE_INFINITY;
    while (this.isNews && !this.isClosed) {
      this.isNews = false;
      next = await this.look();
    }
    this.isLooking = false;
    this.stopTimer();
    if (this.isClosed) return;
    const { lookAgainMs = 3_600_000 } = this.options;
    const dueInMs = Math.max(0, next - this.clock.now());
    this.stopTimer = this.clock.after(Math.min(lookAgainMs, dueInMs), () => this.lookSoon());
  }

  /** Tells when to look again, in milliseconds since the epoch. */
  private async look(): Promise<number> {
    const renewAt = await this.attempt('secret', () => this.stored.look(this.served()));
    await this.attempt('serving', () => this.handOver());
    const publishAt = await this.attempt('webhooks', () => this.publisher.look(this.stored.publication));
    const switchAt = await this.attempt('serving', () => this.handOver());
    const times = [renewAt, publishAt, switchAt].filter((time) => time !== undefined);
    return Math.min(...times);
  }

  private async attempt(
    part: Part,
    work: () => Promise<number | undefined> | number | undefined,
  ): Promise<number | undefined> {
    try {
      const next = await work();
      this.failures.delete(part);
      return next;
    } catch (error) {
      return this.failed(part, error);
    }
  }

  private failed(part: Part, error: unknown): number {
    const problem = error instanceof Error ? error.message : String(error);
    const { random = Math.random } = this.options;
    const { backoff, problem: before } = this.failures.get(part) ?? {
      backoff: new Backoff({ ...retries, random }),
    };
    this.failures.set(part, { backoff, problem });
    const hint = isPodlagError(error) ? error.hint : undefined;
    if (problem !== before) this.options.logger.warn({ problem, hint }, 'certificates: to be tried again');
    return this.clock.now() + backoff.next();
  }

  /** Serves the stored certificate, if it is time to. Tells when it will be. */
  private handOver(): number | undefined {
    const { serving, stored, publisher } = this;
    const decision = handover({
      serving,
      stored: stored.set,
      configuration: publisher.configuration,
      publishedSince: stored.set && this.publishedSince(stored.set),
      settleMs: this.options.settleMs ?? 5_000,
      now: this.now(),
    });
    if (decision.kind === 'wait') return decision.until.getTime();
    if (decision.kind === 'stay' || this.isClosed) return undefined;
    if (stored.set !== undefined) this.serve(stored.set);
    return undefined;
  }

  private serve(set: CertificateSet): void {
    // The listeners first: one that throws does not serve it, and is told again later.
    for (const listener of this.listeners) listener(set);
    this.serving = set;
    this.tell({ kind: 'serving', notAfter: set.notAfter });
  }

  private publishedSince({ anchor }: CertificateSet): Date | undefined {
    return anchor && this.publisher.publishedSince(anchor);
  }

  /** Why this part of the work does not get on. */
  private why(part: Part): string | undefined {
    const silence = { secret: this.stored.silence, webhooks: this.publisher.silence, serving: undefined };
    return silence[part] ?? this.failures.get(part)?.problem;
  }

  private tell(event: CertificateEvent): void {
    const { kind, ...details } = event;
    this.options.logger.info(details, `certificates: ${kind}`);
    this.options.onEvent?.(event);
  }
}

type Part = 'secret' | 'webhooks' | 'serving';

interface Failure {
  readonly backoff: Backoff;
  readonly problem: string;
}

function inBrackets(text: string | undefined): string {
  return text === undefined ? '' : ` (${text})`;
}
