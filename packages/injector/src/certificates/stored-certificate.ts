import type { Clock } from '@podlag/core';
import { secrets, type KubeApi, type ObjectRef, type Secret } from '@podlag/kube';
import { joined, type CaBundle } from './ca-bundle';
import type { CertificateEvent } from './certificate-event';
import type { CertificateSet } from './certificate-set';
import { FollowedObject } from './followed-object';
import { unlessOutpaced } from './outpaced';
import { Pace } from './pace';
import type { Publication } from './publication';
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
  /** Somebody may put an old Secret back, or empty it, as often as it is put right. */
  private readonly paces: Readonly<Record<Verdict['kind'], Pace>>;
  /** The version that was right when it was last looked at. When it no longer is, that is by the time alone. */
  private lastRight: string | undefined;
  private hasWritten = false;
  private currentSet: CertificateSet | undefined;
  private currentPublication: Publication | undefined;
  private currentProblem: string | undefined;

  constructor(private readonly parts: StoredCertificateParts) {
    const { api, clock, secret: ref, lifeMs, onNews } = parts;
    // Short lives are at an end sooner.
    const mostMs = Math.min(60_000, lifeMs / 6);
    this.paces = { renew: new Pace({ mostMs }), rebundle: new Pace({ mostMs }) };
    this.secret = new FollowedObject({ api, clock, resource: secrets, ref, onNews });
    this.currentProblem = `${this.secret.label} has not been read yet`;
  }

  /** The last good one; undefined while there has been none. */
  get set(): CertificateSet | undefined {
    return this.currentSet;
  }

  /** What API servers are to trust because of it. */
  get publication(): Publication | undefined {
    return this.currentPublication;
  }

  /** Whether somebody keeps changing the Secret. */
  get caution(): string | undefined {
    const now = this.parts.clock.now();
    const times = this.paces.renew.repetitions(now) + this.paces.rebundle.repetitions(now);
    if (times < 2) return undefined;
    return `${this.secret.label}: somebody else has written it ${times} times; find it with --show-managed-fields`;
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
    if (known.kind === 'missing') {
      // RBAC cannot allow to create one Secret by its name, and to create any is too much to ask for.
      this.reject(`there is no ${label}: apply deploy/, which brings it`);
      return { kind: 'wait', until: undefined };
    }
    const { hosts, jitter, clock, lifeMs } = this.parts;
    const secret = known.object;
    const verdict = renewal(secret, { now: new Date(clock.now()), hosts, served, jitter, lifeMs });
    if (verdict.kind === 'keep') {
      this.accept(verdict.set, verdict);
      this.lastRight = secret.metadata.resourceVersion;
      return { kind: 'wait', until: verdict.until.getTime() };
    }
    if (verdict.set === undefined) this.reject(`${label}: ${verdict.reason}`);
    else this.accept(verdict.set, verdict);
    return this.whenToWrite({ kind: 'write', secret, verdict });
  }

  private accept(set: CertificateSet, verdict: Renewal): void {
    this.currentSet = set;
    this.currentProblem = undefined;
    this.currentPublication = publicationOf(set, verdict);
  }

  private reject(problem: string): void {
    this.currentProblem = problem;
    const { currentPublication: before } = this;
    this.currentPublication = before && { ...before, isWhole: false };
  }

  private whenToWrite(step: Write): Step {
    const now = this.parts.clock.now();
    const notBefore = this.isPaced(step) ? this.paces[step.verdict.kind].notBefore(now) : now;
    return notBefore > now ? { kind: 'wait', until: notBefore } : step;
  }

  /** Not what the time alone has made due, nor what a new process finds. */
  private isPaced({ secret }: Write): boolean {
    return this.hasWritten && secret.metadata.resourceVersion !== this.lastRight;
  }

  private async write(step: Write): Promise<void> {
    const { api, hosts, lifeMs, clock, onEvent } = this.parts;
    const { secret, verdict } = step;
    const now = clock.now();
    const isPaced = this.isPaced(step);
    const next = renewedSecret(secret, verdict, { hosts, lifeMs, now: new Date(now) });
    this.secret.written(await api.replace(secrets, next));
    this.hasWritten = true;
    if (isPaced) this.paces[verdict.kind].happened(now);
    onEvent({ kind: verdict.kind === 'renew' ? 'renewed' : 'rebundled', reason: verdict.reason });
  }
}

/** While the Secret waits to be written, what it will hold, as far as that is known. */
function publicationOf(set: CertificateSet, verdict: Renewal): Publication {
  if (verdict.kind === 'keep') return { bundle: set.bundle, isWhole: true };
  const bundle = verdict.kind === 'rebundle' ? verdict.bundle : joined(set.bundle, verdict.oldBundle);
  return { bundle, isWhole: false };
}

type Verdict = Exclude<Renewal, { kind: 'keep' }>;

interface Write {
  readonly kind: 'write';
  readonly secret: Secret;
  readonly verdict: Verdict;
}

type Step = Write | { readonly kind: 'wait'; readonly until: number | undefined };
