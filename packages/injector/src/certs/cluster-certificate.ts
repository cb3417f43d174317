import {
  mutatingWebhookConfigurations,
  secrets,
  type KubeApi,
  type ObjectRef,
  type Secret,
} from '@podlag/kube';
import type { CaBundle } from '../certificates/ca-bundle';
import { newCertSecret, readCertSecret, serviceHosts } from '../certificates/cert-secret';
import { unlessOutpaced } from '../certificates/outpaced';
import { publishingPatch } from '../certificates/published-bundle';
import { renewedSecret } from '../certificates/renewed-secret';
import { injectorErrors } from '../injector-errors';
import {
  planSecret,
  secretLine,
  webhooksLine,
  webhooksToChange,
  type ClusterState,
  type PlanTerms,
} from './cluster-plan';

/** What `podlag-certs` is asked to do in a cluster. */
export interface ClusterRequest {
  readonly service: string;
  readonly namespace: string;
  readonly secret: string;
  /** The MutatingWebhookConfiguration. */
  readonly webhook: string;
  /** How long a new certificate is valid, in milliseconds. */
  readonly lifeMs: number;
  readonly renew: boolean;
  readonly dryRun: boolean;
  readonly now: Date;
}

/** Where it says what it does: a line for each object, and notes for people. */
export interface Report {
  readonly line: (text: string) => void;
  readonly note: (text: string) => void;
}

/**
 * Puts a certificate into the Secret, and its CAs into the webhook configuration; only what is not right is written, and
 * only over what was read.
 *
 * @throws PodlagError of the API server, `certificate-refused`
 */
export async function certifyCluster(api: KubeApi, request: ClusterRequest, report: Report): Promise<void> {
  const certify = new ClusterCertificate(api, request, report);
  await unlessOutpaced(
    () => certify.run(),
    () => Promise.resolve(),
  );
}

class ClusterCertificate {
  private readonly secretRef: ObjectRef;
  private readonly terms: PlanTerms;
  /** A second run, after somebody else was faster with the webhooks, is not to make another certificate. */
  private isRenewed = false;

  constructor(
    private readonly api: KubeApi,
    private readonly request: ClusterRequest,
    private readonly report: Report,
  ) {
    const { secret: name, namespace, service, now, renew } = request;
    this.secretRef = { name, namespace };
    this.terms = { now, hosts: serviceHosts(service, namespace), renew };
  }

  async run(): Promise<void> {
    const { webhook, dryRun } = this.request;
    // In this order: see BundlePublisher.
    const configuration = await this.api.get(mutatingWebhookConfigurations, { name: webhook });
    const secret = (await this.api.get(secrets, this.secretRef)) ?? newCertSecret(this.secretRef);
    const state = { secret, configuration };
    const bundle = await this.rightSecret(state);
    if (configuration === undefined) {
      this.noteMissing();
      return;
    }
    const toChange = webhooksToChange(configuration, bundle);
    if (!dryRun && bundle !== undefined && toChange.length > 0) {
      const patch = publishingPatch(configuration, bundle);
      await this.api.patch(mutatingWebhookConfigurations, { name: webhook }, patch);
    }
    this.report.line(webhooksLine(webhook, toChange, this.mark));
  }

  /** Tells its CAs; nothing where that would be those of a certificate that a dry run does not make. */
  private async rightSecret(state: ClusterState): Promise<CaBundle | undefined> {
    const { renew } = this.request;
    const verdict = planSecret(state, { ...this.terms, renew: renew && !this.isRenewed });
    if (verdict.kind === 'keep') {
      if (!this.isRenewed) this.report.line(secretLine(state, verdict, this.mark));
      return verdict.set.bundle;
    }
    if (this.request.dryRun) {
      this.report.line(secretLine(state, verdict, this.mark));
      return verdict.kind === 'rebundle' ? verdict.bundle : undefined;
    }
    const { now, lifeMs } = this.request;
    const next = renewedSecret(state.secret, verdict, { hosts: this.terms.hosts, lifeMs, now });
    const bundle = this.bundleOf(await this.write(next));
    this.isRenewed = true;
    this.report.line(secretLine(state, verdict, this.mark));
    return bundle;
  }

  private write(secret: Secret): Promise<Secret> {
    return secret.metadata.resourceVersion === undefined
      ? this.api.create(secrets, secret)
      : this.api.replace(secrets, secret);
  }

  private bundleOf(written: Secret): CaBundle {
    const checked = readCertSecret(written, this.terms);
    if (checked.kind === 'good') return checked.set.bundle;
    throw injectorErrors.error('certificate-refused', `secret/${this.secretRef.name}: ${checked.detail}`);
  }

  private get mark(): string {
    return this.request.dryRun ? ' (dry run)' : '';
  }

  private noteMissing(): void {
    const { webhook, secret, namespace, dryRun } = this.request;
    this.report.note(
      `There is no mutatingwebhookconfiguration/${webhook} yet: run this again after "kubectl apply -k deploy/", ` +
        'to set its caBundle.',
    );
    if (dryRun) return;
    this.report.note(
      `The caBundle is: kubectl get secret ${secret} -n ${namespace} -o jsonpath='{.data.ca\\.crt}'`,
    );
  }
}
