import type { Clock } from '@podlag/core';
import { secrets, type KubeApi, type ObjectRef, type Secret } from '@podlag/kube';
import type { CaBundle } from './ca-bundle';
import { newCertSecret } from './cert-secret';
import type { CertificateEvent } from './certificate-event';
import type { CertificateSet } from './certificate-set';
import { FollowedObject } from './followed-object';
import { unlessOutpaced } from './outpaced';
import { Pace } from './pace';
import { renewal, type Renewal } from './renewal';
import { renewedSecret } from './renewed-secret';

/** What a stored certificate is made of, and whom it tells. */
export interface StoredCertificateParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly secret: ObjectRef;
  /** The DNS names that the certificate has to be for. */
  readonly hosts: readonly string[];
  readonly lifeMs: number;
  /** From 0 to 1: how late this replica renews, among the others. */
  readonly jitter: number;
  readonly onNews: () => void;
  readonly onEvent: (event: CertificateEvent) => void;
}

const rewriteMs = 10_000;

/**
 * The certificate in the Secret, which is the truth for all replicas. Each of them makes a new one when it is time, and
 * writes it over the version that it has read: so one of them wins, and the others find theirs in the Secret.
 */
export class StoredCertificate {
  private readonly secret: FollowedObject<Secret>;
  /** Somebody may empty the Secret as often as it is filled. */
  private readonly pace = new Pace();
  private currentSet: CertificateSet | undefined;
  private currentProblem: string | undefined;

  constructor(private readonly parts: StoredCertificateParts) {
    const { api, clock, secret: ref, onNews } = parts;
    this.secret = new FollowedObject({ api, clock, resource: secrets, ref, onNews });
    this.currentProblem = `${this.secret.label} has not been read yet`;
  }

  /** The last good one; undefined while there has been none. */
  get set(): CertificateSet | undefined {
    return this.currentSet;
  }

  /** What is wrong with the Secret as it was last seen; undefined when it is right. */
  get problem(): string | undefined {
    return this.currentProblem;
  }

  /** Why nothing new is heard of the Secret. */
  get silence(): string | undefined {
    return this.secret.silence;
  }

  /**
   * Makes the Secret right, if it is not.
   *
   * @param served the CAs under which this process serves
   * @returns when to look again, in milliseconds since the epoch
   * @throws PodlagError when the API server does not let it
   */
  async look(served: CaBundle): Promise<number | undefined> {
    return unlessOutpaced(
      async () => {
        const step = this.judge(served);
        if (step.kind === 'wait') return step.until;
        await this.write(step);
        // Right now, unless an admission controller of the cluster has changed what was written.
        const next = this.judge(served);
        return next.kind === 'wait' ? next.until : this.parts.clock.now() + rewriteMs;
      },
      () => this.secret.read(),
    );
  }

  /**
   * Asks the API server, which knows the newest, unlike a watch.
   *
   * @throws PodlagError
   */
  async read(served: CaBundle): Promise<void> {
    await this.secret.read();
    this.judge(served);
  }

  close(): void {
    this.secret.close();
  }

  private judge(served: CaBundle): Step {
    const { known, label } = this.secret;
    if (known.kind === 'unread') return { kind: 'wait', until: undefined };
    const { hosts, jitter, clock } = this.parts;
    const now = clock.now();
    const secret = known.kind === 'missing' ? newCertSecret(this.parts.secret) : known.object;
    const verdict = renewal(secret, { now: new Date(now), hosts, served, jitter });
    if (verdict.set !== undefined) this.accept(verdict.set);
    if (verdict.kind === 'keep') return { kind: 'wait', until: verdict.until.getTime() };
    if (verdict.set !== undefined) return { kind: 'write', secret, verdict };
    this.currentProblem =
      known.kind === 'missing'
        ? `there is no ${label}: apply deploy/, which brings it`
        : `${label}: ${verdict.reason}`;
    const notBefore = this.pace.notBefore(now);
    return notBefore > now ? { kind: 'wait', until: notBefore } : { kind: 'write', secret, verdict };
  }

  private accept(set: CertificateSet): void {
    this.currentSet = set;
    this.currentProblem = undefined;
  }

  private async write({ secret, verdict }: Extract<Step, { kind: 'write' }>): Promise<void> {
    const { api, hosts, lifeMs, clock, onEvent } = this.parts;
    const now = clock.now();
    const next = renewedSecret(secret, verdict, { hosts, lifeMs, now: new Date(now) });
    const isNew = secret.metadata.resourceVersion === undefined;
    this.secret.written(await (isNew ? api.create(secrets, next) : api.replace(secrets, next)));
    if (verdict.set === undefined) this.pace.happened(now);
    onEvent({ kind: verdict.kind === 'renew' ? 'renewed' : 'rebundled', reason: verdict.reason });
  }
}

type Step =
  | { readonly kind: 'wait'; readonly until: number | undefined }
  | {
      readonly kind: 'write';
      readonly secret: Secret;
      readonly verdict: Exclude<Renewal, { kind: 'keep' }>;
    };
